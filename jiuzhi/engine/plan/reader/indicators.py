"""Indicator tables (专栏): columns by their headers, values as said, one baseline and one target row an indicator."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from jiuzhi.engine.plan.reader.numbers import NUMBER
from jiuzhi.engine.plan.reader.roles import Plan
from jiuzhi.engine.plan.reader.spans import EMPTY, Span, join
from jiuzhi.engine.plan.reader.structure import Node
from jiuzhi.engine.plan.reader.tables import Table

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("serial", r"^(?:序\s*号|编号)$"),
    ("owner", r"责任|牵头|主管部门|负责单位|实施单位|配合"),
    ("unit", r"^(?:计量|指标)?单\s*位$"),
    ("nature", r"属性|性质|^类\s*型$|指标类型"),
    ("verdict", r"评价|完成情况|是否|达标情况|进展|备\s*注|数据来源|说明"),
    ("value", r"20\d\d|目标|现状|基期|基准|实际|完成值|规划值|预期值|累计|年均|增速|五年"),
    ("domain", r"领\s*域|类\s*别|分\s*类|维度|一级|方面|板块"),
    ("name", r"指\s*标|名\s*称|项\s*目|内容"),
)
_MISSING = re.compile(r"^[—\-－–/／\\无]{1,4}$|^$")
_CUMULATIVE = re.compile(r"[【\[〔（(]\s*([<>≥≤]?=?\d+(?:\.\d+)?)\s*%?\s*[】\]〕）)]")
_UNIT_TAIL = re.compile(r"（([^（）]*)）\s*$")
_UNIT_LIKE = re.compile(
    r"^(?:%|‰|.*/.*|[万亿百千]*(?:个|吨|亩|公顷|天|元|人|户|千瓦|千瓦时|立方米|平方米|平方公里|平方千米|公里|米|处|座|家|吨标准煤|升|分|微克|毫克|件|类|级|名|次|m3|kW|只|条|项|辆|吨标煤|标准煤|位|年).{0,4})$"
)
_SHARED_TAIL = re.compile(
    r"(?:重点工程)?(?:减排量?|排放总量(?:减少|削减|下降)?|排放量(?:下降率|削减|减少)?|下降率|削减量?|削减率|减排比例|排放强度)$"
)
_FALLING = re.compile(r"下降|降低|减排|削减|减少")
_PERIOD_WORD = re.compile(r"十([三四五六七])五")
_END_OF = {"三": 2020, "四": 2025, "五": 2030, "六": 2035, "七": 2040}


@dataclass(frozen=True)
class Cell:
    """One value in a table cell."""

    value: str
    high: str = ""
    comparator: str = "="
    words: str = ""
    label: str = ""
    scope: str = ""
    unit: str = ""


@dataclass
class Value:
    """One value of an indicator: which column's, and what the cell says."""

    kind: str
    year: int
    year_basis: str
    cell: Cell
    scope: str
    raw: str


@dataclass
class Indicator:
    """One indicator of a table with all its values."""

    name: str
    unit: str
    nature: str
    owner: str
    category: str
    verdict: str
    span: Span
    values: list[Value] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Column:
    """What a column holds; year and kind for value columns."""

    role: str
    year: int = 0
    kind: str = ""
    scope: str = ""


def columns_of(headers: list[str], caption: str, plan: Plan) -> list[Column]:
    """Roles of the columns by their header texts."""
    found = _PERIOD_WORD.search(caption)
    past = bool(found and plan.start and _END_OF[found.group(1)] < plan.start)
    out: list[Column] = []
    for text in headers:
        role = next((name for name, words in _COLUMNS if re.search(words, text)), "")
        if role == "value":
            out.append(_value_column(text, past, plan, _END_OF[found.group(1)] if past and found else 0))
        elif role == "name" and any(c.role == "name" for c in out):
            out = [Column("domain") if c.role == "name" else c for c in out]
            out.append(Column("name"))
        else:
            out.append(Column(role))
    return _with_start(out, headers, plan)


_GOAL_WORD = re.compile(r"目标|规划值|预期")


def _with_start(columns: list[Column], headers: list[str], plan: Plan) -> list[Column]:
    """Where the plan's first year is not known, the earliest of several year columns (2025年 2028年 2035年) is where it starts."""
    values = [n for n, c in enumerate(columns) if c.role == "value" and c.year > 0]
    if plan.start_known or len(values) < 2 or any(columns[n].kind != "target" for n in values):
        return columns
    first = min(values, key=lambda n: columns[n].year)
    others = [n for n in values if n != first]
    told = all(_GOAL_WORD.search(headers[n]) for n in others)
    if _GOAL_WORD.search(headers[first]) or any(columns[n].year <= columns[first].year for n in others):
        return columns
    if told or len({columns[n].year for n in values}) > 2:
        columns[first] = replace(columns[first], kind="baseline")
    return columns


def _value_column(text: str, past: bool, plan: Plan, past_end: int) -> Column:
    years = [int(y) for y in re.findall(r"20\d\d", text)]
    year = years[-1] if years else 0
    scope = "年均" if re.search(r"年均|增速", text) else "累计" if "累计" in text else ""
    actual = re.search(r"实际|完成|现状|基期|基准|达到值|现值", text)
    if re.search(r"目标|规划值|预期", text) and not actual:
        kind = "target"
    elif actual or (year and plan.base and year <= plan.base):
        before = past and 0 < year <= past_end - 5  # the year the past plan started from
        kind = "achieved" if past and not before else "baseline"
    else:
        kind = "target"
    if not year:
        year = -(
            (past_end or plan.end) if kind == "target" else (past_end or plan.base)
        )  # negative: inferred
    return Column("value", year, kind, scope)


def header_rows(table: Table) -> int:
    """How many rows at the top are headers."""
    count = 1
    for row in table.rows[1:4]:
        cells = [c.text for c in row]
        serial = any(re.fullmatch(r"\d{1,3}[.、]?", c) for c in cells[:2])
        numeric = sum(
            bool(re.fullmatch(r"[<>≥≤]?=?\d+(?:\.\d+)?%?", c)) and not re.fullmatch(r"20\d\d", c)
            for c in cells
        )
        headerish = sum(bool(re.search(r"20\d\d|目标|现状|实际|累计|年均|单位|属性", c)) for c in cells)
        if serial or numeric or not headerish:
            break
        count += 1
    return count


def read_indicators(node: Node, plan: Plan) -> list[Indicator]:
    """The indicators of a table, or none when it is no indicator table."""
    table = node.table
    if table is None:
        return []
    top = header_rows(table)
    headers = _headers(table, top)
    columns = columns_of(headers, node.title, plan)
    roles = [c.role for c in columns]
    if "name" not in roles or "value" not in roles or is_project_table(headers):
        return []
    out: list[Indicator] = []
    carried: dict[int, str] = {}
    serial = ""
    for row in table.rows[top:]:
        filled = [c for c in row if c.text]
        if len(filled) == 1 and len(row) > 2:
            if "domain" not in roles:
                carried[-1] = _bare(filled[0].text)
            continue
        for n, column in enumerate(columns):
            if column.role in ("domain", "owner") and row[n].text:
                carried[n] = row[n].text
        number = next((row[n].text for n, c in enumerate(columns) if c.role == "serial"), "")
        serial = number.rstrip(".、 ") or serial
        out.extend(_indicator(row, columns, carried, serial if not number else "", plan))
    if "断面" in headers[roles.index("name")]:  # a table of river sections: its figures are water classes
        for item in out:
            item.name = item.name.removesuffix("断面") + "断面水质类别"
    return out


def is_project_table(headers: list[str]) -> bool:
    """A list of works, not of indicators."""
    return any(re.search(r"(?:项目|工程|任务)名称|重点(?:项目|工程)", h) for h in headers) and not any(
        "指标" in h for h in headers
    )


@dataclass(frozen=True)
class Work:
    """One row of a table of works."""

    name: Span
    owner: str
    amount: str
    unit: str
    kind: str


def read_works(node: Node) -> list[Work]:
    """The works of a project table: name, responsible unit, investment as said."""
    if node.table is None:
        return []
    top = header_rows(node.table)
    headers = _headers(node.table, top)
    if not is_project_table(headers):
        return []
    name = next(n for n, h in enumerate(headers) if re.search(r"名称|重点(?:项目|工程)", h))
    owner = next((n for n, h in enumerate(headers) if re.search(r"责任|牵头|实施单位|主管", h)), -1)
    money = next((n for n, h in enumerate(headers) if re.search(r"投资", h)), -1)
    kind = next((n for n, h in enumerate(headers) if re.search(r"类别|类型|领域", h)), -1)
    out, category = [], ""
    for row in node.table.rows[top:]:
        category = row[kind].text if kind >= 0 and row[kind].text else category
        title = row[name]
        if len(title.text) < 4 or re.fullmatch(r"合\s*计|小\s*计|总\s*计", title.text):
            continue
        found = re.search(r"\d+(?:\.\d+)?", row[money].text) if money >= 0 else None
        unit = re.search(r"[（(]([亿万]?元)[）)]", headers[money]) if money >= 0 else None
        said = row[owner].text if owner >= 0 else ""
        out.append(
            Work(
                title, said, found.group() if found else "", unit.group(1) if unit and found else "", category
            )
        )
    return out


def works_prose(node: Node) -> Span:
    """What the works of a project table consist of, a sentence a row: name：内容。"""
    if node.table is None:
        return EMPTY
    top = header_rows(node.table)
    headers = _headers(node.table, top)
    name = next((n for n, h in enumerate(headers) if re.search(r"名称|重点(?:项目|工程)", h)), -1)
    content = next((n for n, h in enumerate(headers) if re.search(r"内容|规模$", h)), -1)
    parts: list[Span] = []
    for row in node.table.rows[top:]:
        if content >= 0 and name >= 0 and row[content].text and row[name].text:
            parts += [
                row[name],
                Span("：", row[name].at[-1:]),
                row[content],
                Span("。", row[content].at[-1:]),
            ]
    return join(parts)


def table_prose(node: Node) -> Span:
    """The sentences in the cells of a table that lists neither indicators nor works (专栏 with measures in a grid)."""
    parts: list[Span] = []
    for row in node.table.rows if node.table else []:
        for cell in row:
            if len(cell.text) >= 10 and re.search(r"[，。；、\d]", cell.text):
                parts.append(cell)
                if cell.text[-1] not in "。；！？":
                    parts.append(Span("。", cell.at[-1:]))
    return join(parts)


def _headers(table: Table, top: int) -> list[str]:
    headers = [""] * table.width
    for k, row in enumerate(table.rows[:top]):
        last = ""
        for n, cell in enumerate(row):
            text = cell.text
            if not text and k == 0 and top > 1 and n and any(r[n].text for r in table.rows[1:top]):
                text = last
            last = text
            if text and text not in headers[n]:
                headers[n] += text
    return headers


def _bare(text: str) -> str:
    return re.sub(r"^[（(]?[一二三四五六七八九十\d]+[)）、.]\s*", "", text)


def _indicator(
    row: list[Span], columns: list[Column], carried: dict[int, str], parent: str, plan: Plan
) -> list[Indicator]:
    pick = {c.role: row[n] for n, c in reversed(list(enumerate(columns))) if c.role != "value"}
    name = re.sub(r"^[#*＊\d.、]+(?=[\u4e00-\u9fffA-Z（“])|[*＊①②③④⑤⑥]+$", "", pick["name"].text)
    if len(name) < 2 or not re.search(r"[\u4e00-\u9fff]", name):
        return []
    unit = pick.get("unit", EMPTY).text
    tail = _UNIT_TAIL.search(name)
    if tail and _UNIT_LIKE.match(tail.group(1)):
        unit, name = unit or tail.group(1), name[: tail.start()]
    values: list[Value] = []
    for n, column in enumerate(columns):
        if column.role != "value":
            continue
        for cell in parse_cell(row[n].text):
            year = abs(column.year)
            basis = "stated" if column.year > 0 else "inferred"
            scope = " ".join(s for s in (column.scope, cell.scope) if s)
            values.append(Value(column.kind, year, basis, cell, scope, row[n].text))
    if not values:
        return []
    unit = unit or next((v.cell.unit for v in values if v.cell.unit), "")
    domain = next(
        (carried[n] for n, c in enumerate(columns) if c.role == "domain" and n in carried),
        carried.get(-1, ""),
    )
    owner = next((row[n].text or "" for n, c in enumerate(columns) if c.role == "owner"), "")
    if not owner and not pick.get("serial", EMPTY).text:
        owner = next((carried[n] for n, c in enumerate(columns) if c.role == "owner" and n in carried), "")
    span = join(c for c in row if c.at)
    note = f"第{parent}项的子项" if parent and "#" in pick["name"].text else ""
    nature = pick.get("nature", EMPTY).text
    verdict = pick.get("verdict", EMPTY).text
    names = split_names(name) if all(not v.cell.value for v in values) else [name]
    note = note or (f"原为一行{len(names)}项，已拆分" if len(names) > 1 else "")
    return [Indicator(part, unit, nature, owner, domain, verdict, span, list(values), note) for part in names]


def split_names(name: str) -> list[str]:
    """甲、乙、丙减排 → 甲减排, 乙减排, 丙减排, when the shared tail is clear; else the name as it stands."""
    parts = [p for p in re.split(r"[、和及]", name) if p]
    tail = _SHARED_TAIL.search(parts[-1]) if parts else None
    if len(parts) < 2 or not tail or tail.start() == 0:
        return [name]
    return [p if p.endswith(tail.group()) else p + tail.group() for p in parts]


def parse_cell(text: str) -> list[Cell]:
    """The values of one cell: 市级下达【15】, —, 10【年均】, 乡镇85；城市98, ≥95, 60-70, 持续提升."""
    text = text.strip()
    if not text:
        return []
    if _MISSING.match(text):
        return [Cell("", words=text)]
    parts = [p for p in re.split(r"[；;]|(?<=\d)[，、](?=[\u4e00-\u9fff])", text) if p.strip()]
    labelled = [re.match(r"^([\u4e00-\u9fff]{1,8}?)[:：为]?(?=[<>≥≤]?=?\d)", p) for p in parts]
    if len(parts) > 1 and all(labelled):
        return [_one(p[m.end() :], m.group(1)) for p, m in zip(parts, labelled, strict=True) if m]
    return [_one(text, "")]


def _one(text: str, label: str) -> Cell:
    scope = "年均" if re.search(r"年均", text) else ""
    inner = _CUMULATIVE.search(text)
    words = ""
    if inner:
        outside = (text[: inner.start()] + text[inner.end() :]).strip()
        if not re.search(r"\d", outside):
            scope, words, text = (scope + " 累计").strip(), outside, inner.group(1)
    elif re.search(r"累计", text):
        scope = "累计"
    found = next((m for m in NUMBER.finditer(text) if not re.search(r"[A-Za-z第]$", text[: m.start()])), None)
    if not found or re.search(r"20\d\d年", found.group()):
        return Cell("", words=text, label=label, scope=scope)
    before, after = text[: found.start()], text[found.end() :]
    sign = {"≥": ">=", "≤": "<="}.get(found.group("sign") or "", found.group("sign") or "")
    post = found.group("post") or ""
    if found.group("high"):
        sign = "range"
    elif not sign:
        sign = _word_sign(before, post)
    words = words or (text if re.search(r"[\u4e00-\u9fff]", before + after) else "")
    number = found.group("low").replace(",", "")
    return Cell(
        number,
        (found.group("high") or ""),
        "年均" if scope == "年均" and sign == "=" else sign,
        words,
        label,
        scope,
        found.group("unit") or "",
    )


def _word_sign(before: str, post: str) -> str:
    if post in ("以上", "及以上") or re.search(r"不低于|不少于|不小于|至少", before):
        return ">="
    if post in ("以下", "及以下", "以内") or re.search(r"不高于|不超过|不大于|控制在", before):
        return "<="
    if re.search(r"超过|突破|大于|高于|优于", before):
        return ">"
    if re.search(r"低于|小于|少于", before):
        return "<"
    if re.search(r"下降|降低|减少|削减", before):
        return "decrease"
    return "increase" if re.search(r"增长|提高|增加|提升", before) else "="


def falling(name: str) -> bool:
    """Whether an indicator is itself a decrease (…下降率, …减排)."""
    return bool(_FALLING.search(name))
