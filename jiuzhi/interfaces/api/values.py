"""A field of a register in JSON: its schema for the documentation, what is taken in, what is given out.

Numbers are exact on both ways: read as decimals, written digit by digit, never through a binary float.
"""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError
from ninja.parser import Parser

from jiuzhi.core.models import Record
from jiuzhi.core.registers import Column, Register, columns
from jiuzhi.core.registers.parse import References, Refused, fill, written

_HIGHEST = 2**63 - 1
_DIGITS = 40  # longest number read; the longest field keeps 18
_EXACT = re.compile(r'"\\u0000(-?[0-9.]+)"')
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
REFERENCE = {
    "type": "object", "required": ["id", "key", "name"],
    "properties": {"id": {"type": "integer"}, "key": {"type": "string"}, "name": {"type": "string"}},
}  # fmt: skip


def shape(column: Column, *, given: bool) -> dict[str, Any]:
    """The JSON schema of a field: ``given`` by the asker, else as answered (always nullable: empty, or masked)."""
    kind = column.kind
    if kind in (columns.TEXT, columns.LONG):
        found: dict[str, Any] = {"type": "string"}
        if given and column.length:
            found["maxLength"] = column.length
    elif kind == columns.NUMBER:
        found = {"type": "number"}
    elif kind == columns.WHOLE:
        found = {"type": "integer"}
    elif kind == columns.DAY:
        found = {"type": "string", "format": "date"}
    elif kind == columns.YES:
        found = {"type": "boolean"}
    elif kind == columns.CHOICE:
        found = {"type": "string", "enum": list(column.choices)}
    elif kind == columns.SEVERAL:
        found = {"type": "array", "items": {"type": "string", "enum": list(column.choices)}}
    elif given:
        found = {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": _HIGHEST},
                {"type": "string", "minLength": 1},
            ]
        }
    else:
        found = dict(REFERENCE)
    return found if given and column.required else _nullable(found)


def bounds(column: Column, model: type[Record]) -> dict[str, Any]:
    """The lowest and highest a number may be, and the pattern of a text, as the field itself declares them."""
    field: Any = model._meta.get_field(column.name)
    found: dict[str, Any] = {}
    if column.kind in (columns.NUMBER, columns.WHOLE):
        if getattr(field, "low", None) is not None:
            found["minimum"] = field.low
        if getattr(field, "high", None) is not None:
            found["maximum"] = field.high
    if column.kind == columns.TEXT and getattr(field, "pattern", None):
        found["pattern"] = f"^(?:{field.pattern[0]})$"
    return found


def words(column: Column) -> dict[str, Any]:
    """Title, unit and help, for people who read the schema."""
    found: dict[str, Any] = {"title": column.title}
    said = column.help
    if column.unit:
        found["x-unit"] = column.unit
        said = f"[{column.unit}] {said}".strip()
    if said:
        found["description"] = said
    if column.sensitive:
        found["x-sensitive"] = True
    if column.public:
        found["x-public"] = True
    return found


def _nullable(found: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in found:
        return {"anyOf": [*found["anyOf"], {"type": "null"}]}
    more = {"type": [found["type"], "null"]}
    if "enum" in found:
        more["enum"] = [*found["enum"], None]
    return found | more


def fault(column: Column, value: Any) -> str:
    """Why a JSON value is not of the field's type, in one sentence; "" when it is."""
    if value is None:
        return f"{column.title}必须填写" if column.required else ""
    kind = column.kind
    if kind in (columns.TEXT, columns.LONG):
        if not isinstance(value, str):
            return f"{column.title}要给文字（JSON 字符串）"
        return (
            f"有 {len(value)} 个字，最多 {column.length} 个：请缩短"
            if len(value) > (column.length or 10**6)
            else ""
        )
    if kind == columns.YES:
        return "" if isinstance(value, bool) else f"{column.title}要给 true、false 或 null"
    if kind in (columns.NUMBER, columns.WHOLE):
        right = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return (
            ""
            if right
            else f"{column.title}要给数{f'，以“{column.unit}”计' if column.unit else ''}，不加引号和单位"
        )
    if kind == columns.DAY:
        return (
            ""
            if isinstance(value, str) and _DATE.fullmatch(value)
            else f"{column.title}要给日期，如 2026-01-31"
        )
    if kind == columns.CHOICE:
        return "" if isinstance(value, str) and value in column.choices else _listed(column)
    if kind == columns.SEVERAL:
        right = isinstance(value, list) and all(isinstance(v, str) and v in column.choices for v in value)
        return "" if right else _listed(column)
    named = isinstance(value, str) and bool(value.strip())
    numbered = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _HIGHEST
    return "" if named or numbered else f"{column.title}要给编号（整数）、编码或名称"


def _listed(column: Column) -> str:
    several = "的数组" if column.kind == columns.SEVERAL else ""
    return f"{column.title}要给代码表中的词{several}：{'、'.join(column.choices[:12])}{'……' if len(column.choices) > 12 else ''}"


def take(record: Record, register: Register, given: dict[str, Any], refs: References) -> dict[str, str]:
    """Set the fields ``given`` on ``record`` as forms and Excel do; returns field → sentence for what was refused."""
    faults: dict[str, str] = {}
    cells: dict[str, Any] = {}
    for name, value in given.items():
        column = register.fields[name]
        if said := fault(column, value):
            faults[name] = said
            continue
        try:
            cells[name] = _cell(column, value, refs)
        except Refused as error:
            faults[name] = str(error)
    return faults | fill(record, register, cells, refs)


def _cell(column: Column, value: Any, refs: References) -> Any:
    if column.kind == columns.SEVERAL and value is not None:
        return "、".join(value)
    if column.kind in (columns.NUMBER, columns.WHOLE) and value is not None:
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if column.kind == columns.REF and isinstance(value, int):
        assert column.target is not None
        found = refs.all(column.target).filter(pk=value).first()
        if found is None:
            raise Refused(f"本区县没有编号 {value} 的{column.target._meta.verbose_name}")
        return found
    return value


def give(column: Column, record: Record) -> Any:
    """A stored field as JSON holds it; None when nothing is filled in."""
    value = getattr(record, column.name)
    if value is None or value == "":
        return [] if column.kind == columns.SEVERAL else None
    if column.kind == columns.SEVERAL:
        return value.split("、")
    if column.kind == columns.REF:
        return {"id": value.pk, "key": written(value), "name": str(value)}
    return value


def text(found: Any) -> str:
    """JSON text; decimals digit by digit as plain numbers."""
    return _EXACT.sub(r"\1", json.dumps(found, ensure_ascii=False, default=_plain, separators=(",", ":")))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        # NUL never occurs in a stored text, so nothing a person wrote can look like this.
        return f"\0{value.normalize():f}" if value else "\0" + "0"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no JSON form")


def answer(found: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(text(found), status=status, content_type="application/json; charset=utf-8")


class ExactParser(Parser):
    """JSON bodies with exact numbers; what would take long to read is refused."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return json.loads(request.body, parse_float=_number, parse_int=_whole, parse_constant=_never)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, "请求体不是合法的 JSON：请核对括号、引号和数字的写法。") from error


def _number(said: str) -> Decimal:
    value = Decimal(said) if len(said) <= _DIGITS else Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > _DIGITS:
        raise ValueError("a number no field can hold")
    return value


def _whole(said: str) -> int:
    if len(said) > _DIGITS:
        raise ValueError("a number no field can hold")
    return int(said)


def _never(said: str) -> Any:
    raise ValueError(f"{said} is no JSON")
