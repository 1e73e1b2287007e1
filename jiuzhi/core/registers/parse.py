"""What people write in a cell or a form field → the field's value, or one sentence that says how to mend it.

One reading for forms, Excel, CSV and the API: full-width digits, blanks, Excel's own numbers and dates, 是/√, units typed behind
a number, names or keys of other records.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from jiuzhi.core import files
from jiuzhi.core.models import Org, Record, User

from . import columns
from .columns import Column
from .declare import Register, of
from .reading import MASK, referable

KEEP = object()  # a masked cell: the stored value stays
LEFT_OUT = "（内容过长，未导出）"  # what an export writes for more than a cell of Excel holds

_BLANKS = re.compile(r"[\s\u00a0\u3000\u200b-\u200f\ufeff]+")
_CODE_BLANKS = re.compile(
    r"(?<![a-z.×]) | (?![a-z×])"
)  # codes have none, but a species' Latin name is a key of two words
_FORMULA_ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!")
_YES = {"是", "有", "对", "√", "✓", "✔", "y", "yes", "1", "true", "已", "已建", "真"}
_NO = {"否", "无", "错", "×", "✗", "✘", "n", "no", "0", "false", "未", "未建", "没有", "假"}
_EXCEL_ZERO = date(1899, 12, 30)
_DAYS = date(1800, 1, 1), date(2200, 12, 31)  # outside, a year was mistyped
_HINTS = 200  # misspelt references for which a like name is looked for
_NOTHING = ("", "-", "—", "——", "/", "无数据")


class Refused(ValueError):
    """Why a cell cannot be taken, in one sentence."""


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as their half-width twins; Chinese brackets and commas stay in words."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)


def tidy(raw: Any) -> str:
    """A cell as text: no control characters, no blanks around, one blank inside."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)  # Excel keeps every number as a float
    return _BLANKS.sub(" ", files.printable(str(raw))).strip()


def parse(column: Column, raw: Any, refs: "References", notes: list[str] | None = None) -> Any:
    """The value of one cell; ``None`` (or "" for texts) when empty, `KEEP` when masked. ``notes`` takes what was changed.

    Errors: `Refused` with one sentence.
    """
    if isinstance(raw, str) and raw.strip() in (MASK, LEFT_OUT):
        return KEEP
    if raw is None or (isinstance(raw, str) and not tidy(raw)):
        return (
            None if column.kind not in (columns.TEXT, columns.LONG, columns.CHOICE, columns.SEVERAL) else ""
        )
    if isinstance(raw, str) and tidy(raw).upper() in _FORMULA_ERRORS:
        raise Refused(f"公式出错（{tidy(raw)}）：请在 Excel 中改好公式，或直接填数值")
    return _READERS[column.kind](column, raw, refs, notes if notes is not None else [])


def _text(column: Column, raw: Any, refs: "References", notes: list[str]) -> str:
    if isinstance(raw, datetime | date):
        text = raw.strftime("%Y-%m-%d")
    elif isinstance(raw, float) and abs(raw) >= 1e15:
        raise Refused(
            f"长数字“{raw:.5g}”已被 Excel 改成科学计数，末尾几位丢了：请把这一列设为文本格式，重新填写"
        )
    else:
        # Excel ends lines with a line feed only, browsers with two characters: one form is kept.
        text = "\n".join(str(raw).splitlines()).strip() if column.kind == columns.LONG else tidy(raw)
    text = files.printable(text)
    if column.name in refs.register.key or column.name.endswith(("code", "uscc")):
        text = _CODE_BLANKS.sub("", half_width(text))
    if re.fullmatch(r"\d(\.\d+)?E\+\d+", text):
        raise Refused(f"“{text}”是被 Excel 改成科学计数的长数字：请把这一列设为文本格式，重新填写")
    if column.length and len(text) > column.length:
        raise Refused(f"有 {len(text)} 个字，最多 {column.length} 个：请缩短")
    return text


def _number(column: Column, raw: Any, refs: "References", notes: list[str]) -> Decimal | int | None:
    if isinstance(raw, bool):
        raise Refused(f"这里要填数（{column.heading}），不是是或否")
    if isinstance(raw, datetime | date):
        raise Refused(f"这里要填数（{column.heading}），单元格却是日期 {raw:%Y-%m-%d}：请改单元格格式后重填")
    text = f"{raw:.15g}" if isinstance(raw, float) else half_width(tidy(raw)).replace(" ", "")
    if text in _NOTHING:
        return None
    plain = text.removesuffix(column.unit) if column.unit else text
    if column.unit != "%" and plain.endswith("%"):
        raise Refused(f"“{text}”带了百分号，这里以“{column.unit or '个'}”计：请换算后填数")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise Refused(_not_a_number(column, text)) from None
    if not value.is_finite() or value.adjusted() > 14:
        raise Refused(f"“{text[:20]}”太大或不是数：请按“{column.unit or '个'}”核对")
    if column.kind == columns.WHOLE:
        if value != value.to_integral_value():
            raise Refused(f"“{text}”不是整数：{column.title}要填整数")
        return int(value)
    rounded = value.quantize(Decimal(1).scaleb(-column.digits), ROUND_HALF_EVEN)
    if rounded != value:
        notes.append(f"{column.title}按 {column.digits} 位小数修约为 {rounded.normalize():f}（GB/T 8170）")
    return rounded


def _not_a_number(column: Column, text: str) -> str:
    unit = f"，以“{column.unit}”计" if column.unit else ""
    if re.match(r"[约近余超达大小]|.*[以余多]上?$", text):
        return f"“{text[:20]}”不是一个确定的数：请填核实后的数{unit}，估计的写到备注"
    if re.match(r"[+-]?[\d.,]+", text):
        return f"“{text[:20]}”里有数以外的字：请只填数{unit}"
    return f"“{text[:20]}”不是数：请填数{unit}"


def _day(column: Column, raw: Any, refs: "References", notes: list[str]) -> date | None:
    day = _any_day(raw)
    if day is not None and not _DAYS[0] <= day <= _DAYS[1]:
        raise Refused(f"{day.isoformat()} 的年份像是笔误（应在 1800 至 2200 年之间）：请核对")
    return day


def _any_day(raw: Any) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = half_width(tidy(raw))
    if text in _NOTHING:
        return None
    if isinstance(raw, int | float) or re.fullmatch(r"\d{5}", text):
        number = int(float(text)) if re.fullmatch(r"\d+(\.\d+)?", text) else 0
        if 29_000 <= number <= 74_000:  # Excel's serial days, 1979 to 2102
            return _EXCEL_ZERO + timedelta(days=number)
    found = re.fullmatch(
        r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d.*)?", text
    ) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if found is None:
        short = re.fullmatch(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?", text) or re.fullmatch(r"\d{4}年?", text)
        why = "只有年月，缺日" if short else "不是日期"
        raise Refused(f"“{text[:20]}”{why}：请按 2026-01-31 的写法")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise Refused(f"日历上没有“{text[:20]}”这一天：请核对") from None


def _yes(column: Column, raw: Any, refs: "References", notes: list[str]) -> bool | None:
    if isinstance(raw, bool):
        return raw
    text = half_width(tidy(raw)).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Refused(f"“{tidy(raw)[:20]}”不是是或否：请填“是”或“否”，不清楚的留空")


def _choice(column: Column, raw: Any, refs: "References", notes: list[str]) -> str:
    text = tidy(raw)
    for wanted in (text, half_width(text), unicodedata.normalize("NFKC", text)):
        for word in column.choices:
            if wanted in (word, unicodedata.normalize("NFKC", word)):
                return word
    near = difflib.get_close_matches(text, column.choices, 1, 0.4)
    listed = "、".join(column.choices[:12]) + ("……" if len(column.choices) > 12 else "")
    raise Refused(f"“{text[:30]}”不在代码表中：可填 {listed}" + (f"；最接近的是“{near[0]}”" if near else ""))


def _several(column: Column, raw: Any, refs: "References", notes: list[str]) -> str:
    parts = [p for p in re.split(r"[、,，;；/\s]+", tidy(raw)) if p]
    chosen = {_choice(column, part, refs, notes) for part in parts}
    return "、".join(w for w in column.choices if w in chosen)


def _ref(column: Column, raw: Any, refs: "References", notes: list[str]) -> models.Model:
    if isinstance(raw, models.Model):
        return raw
    return refs.find(column, tidy(raw))


_READERS = {
    columns.TEXT: _text, columns.LONG: _text, columns.NUMBER: _number, columns.WHOLE: _number, columns.DAY: _day,
    columns.YES: _yes, columns.CHOICE: _choice, columns.SEVERAL: _several, columns.REF: _ref,
}  # fmt: skip


class References:
    """What names and keys in cells lead to, within one county; each referenced register is read once. ``user``: whose cells they
    are, who learns of nothing they may not refer to (None: the system's own); ``record``: what it refers to already may stay."""

    def __init__(
        self, register: Register, county: Org, user: User | None = None, record: Record | None = None
    ) -> None:
        self.register, self.county, self.user = register, county, user
        self._held: dict[type[models.Model], list[Any]] = {}
        for column in register.fields.values() if record is not None else ():
            if column.target is not None and getattr(record, column.attribute) is not None:
                self._held.setdefault(column.target, []).append(getattr(record, column.attribute))
        self._known: dict[type[models.Model], dict[str, list[models.Model]]] = {}
        self._hints: dict[tuple[type[models.Model], str], str] = {}

    def find(self, column: Column, text: str) -> models.Model:
        """The record ``text`` names. Errors: `Refused` when none or several do."""
        assert column.target is not None
        known = self.known(column.target)
        found = known.get(text) or known.get(half_width(text).replace(" ", "")) or []
        title = str(column.target._meta.verbose_name)
        if not found:
            near = self._near(column.target, text)
            hint = f"；是不是“{near}”" if near else f"：请先登记这个{title}，或核对写法"
            raise Refused(f"本区县没有叫“{text[:30]}”的{title}{hint}")
        if len(found) > 1:
            listed = "、".join(_key(r) for r in found[:5])
            raise Refused(f"叫“{text[:30]}”的{title}有 {len(found)} 个（{listed}）：请改填编码")
        return found[0]

    def _near(self, model: type[models.Model], text: str) -> str:
        """The known name most like ``text``. Looking is slow: each text is looked for once, and not without end."""
        if (model, text) not in self._hints:
            if len(self._hints) >= _HINTS:
                return ""
            near = difflib.get_close_matches(text, self.known(model), 1, 0.5)
            self._hints[model, text] = near[0] if near else ""
        return self._hints[model, text]

    def known(self, model: type[models.Model]) -> dict[str, list[models.Model]]:
        """Every name and key of ``model`` in the county → the records that have it; a whole key means its own record only."""
        if model not in self._known:
            names: dict[str, list[models.Model]] = {}
            keys: dict[str, list[models.Model]] = {}
            for record in self.all(model):
                keys.setdefault(_key(record), []).append(record)
                for name in {n for n in _names(record) if n}:
                    names.setdefault(name, []).append(record)
            self._known[model] = names | keys
        return self._known[model]

    def all(self, model: type[models.Model]) -> models.QuerySet[Any]:
        """The records a reference to ``model`` may choose from."""
        if issubclass(model, Org):
            return model._default_manager.filter(path__startswith=self.county.path)
        found = model._default_manager.filter(county=self.county)
        target = of(model)
        if self.user is not None and target is not None:
            seen = referable(target, self.user, self.county)
            found = found.filter(
                models.Q(pk__in=seen.order_by().values("pk")) | models.Q(pk__in=self._held.get(model, ()))
            )
        keys = [k for k in getattr(model, "KEY", ()) if model._meta.get_field(k).is_relation]
        links = [path for k in keys for path in columns.called_by(model, k)]
        return found.select_related(*links) if links else found


def offered(found: models.QuerySet[Any], today: date) -> models.QuerySet[Any]:
    """What a list of choices shows of ``found``: of units those that exist ``today``."""
    if not issubclass(found.model, Org):
        return found
    return found.filter(models.Q(valid_to=None) | models.Q(valid_to__gte=today))


def written(record: Any, twice: Collection[str] = ()) -> str:
    """How a reference to ``record`` is written so that it is found again: a unit's name (its code where the name is among ``twice``),
    else the key (of what the key refers to)."""
    return record.name if isinstance(record, Org) and record.name not in twice else _key(record)


def named_twice(county: Org) -> set[str]:
    """Names that more than one unit of a county has."""
    below = Org.objects.filter(path__startswith=county.path).order_by().values("name")
    return set(below.annotate(n=models.Count("pk")).filter(n__gt=1).values_list("name", flat=True))


def _key(record: Any) -> str:
    if isinstance(record, Org):
        return record.code
    parts = (getattr(record, k) for k in record.KEY)
    return " ".join(_key(p) if isinstance(p, models.Model) else str(p) for p in parts)


def _names(record: Any) -> list[str]:
    if isinstance(record, Org):
        return [record.code, record.name]
    register = of(type(record))
    extra = [str(getattr(record, n)) for n in register.lookup] if register else []
    return [_key(record), str(record), *(p for text in extra for p in re.split(r"[、,，]", text))]


def fill(
    record: Record, register: Register, cells: Mapping[str, Any], refs: References, notes: list[str] | None = None
) -> dict[str, str]:  # fmt: skip
    """Set the fields named in ``cells`` on ``record`` and check each; returns field → sentence for what was refused.

    Fields that are not named stay. The record is not prepared, nor checked as a whole: `core.records` does that when it saves.
    """
    faults: dict[str, str] = {}
    for name, raw in cells.items():
        column = register.fields[name]
        try:
            value = parse(column, raw, refs, notes)
            if value is KEEP:
                continue
            if value is None and column.kind == columns.YES and column.required:
                value = bool(record._meta.get_field(name).get_default())
            _check(record, column, value)
        except Refused as error:
            faults[name] = str(error)
        except ValidationError as error:
            faults[name] = "；".join(m.rstrip("。") for m in error.messages)
        else:
            setattr(record, name, value)
    return faults


def _check(record: Record, column: Column, value: Any) -> None:
    """Errors: `Refused`, ``ValidationError``: empty though required, outside the field's bounds, not as its pattern wants."""
    if value in (None, ""):
        if column.required:
            raise Refused(f"{column.title}必须填写")
        return
    if column.kind not in (columns.REF, columns.CHOICE, columns.SEVERAL):
        field: Any = record._meta.get_field(column.name)
        field.clean(value, record)
