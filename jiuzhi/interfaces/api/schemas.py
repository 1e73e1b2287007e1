"""The typed schemas of one register, built from its declaration: what OpenAPI shows and what a request must look like."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema, create_model

from jiuzhi.core.registers import Column, Register, Step, columns, query

from . import values

SIZE = 500  # records on one page at most
_ID = 2**63 - 1
_RESERVED = {"id", "revision", "county", "masked", "why"}
_ASKED = {"county", "q", "due", "sort", "page", "size"}


class Problem(Schema):
    """What went wrong: one sentence, and a sentence for each field it concerns."""

    status: int
    detail: str = Field(description="一句话：哪里不对，怎样改")
    fields: dict[str, str] = Field(description="字段 → 一句话；与字段无关时为空")


class FieldInfo(Schema):
    name: str
    title: str
    kind: str
    unit: str
    help: str
    required: bool
    choices: list[str]
    refers_to: str = Field(description="引用的台账代码，或 core.org（单位）；不是引用时为空")
    sensitive: bool
    public: bool
    editable: bool


class StepInfo(Schema):
    name: str
    start: list[str]
    end: str
    needs: list[str]
    evidence: bool
    roles: list[str]


class RegisterInfo(Schema):
    code: str
    title: str
    about: str
    domain: str
    key: list[str]
    fields: list[FieldInfo]
    steps: list[StepInfo]
    placed: bool
    may: list[str] = Field(description="您可以做的：view、create、change、delete")


class Change(Schema):
    field: str
    title: str
    before: Any = Field(None, description="变更前；无权查看的为 null")
    after: Any = None
    masked: bool


class Entry(Schema):
    id: int
    at: str
    by: str | None
    route: str
    action: str
    why: str
    changes: list[Change]


class History(Schema):
    results: list[Entry]


class Feature(Schema):
    model_config = ConfigDict(extra="allow")
    type: Literal["Feature"]
    id: int
    geometry: dict[str, Any]
    properties: dict[str, Any]


class Layer(Schema):
    """GeoJSON (RFC 7946) with the reference system and the number of placed records beside it."""

    type: Literal["FeatureCollection"]
    system: str
    total: int
    features: list[Feature]


class ImportFault(Schema):
    row: int
    field: str
    title: str
    cell: str
    said: str


class ImportReport(Schema):
    """What an import of this file would do. Nothing was written."""

    create: int
    update: int
    same: int
    error: int
    unknown: list[str] = Field(description="文件中认不出的表头")
    faults: list[ImportFault]
    notes: list[str]


class _Strict(Schema):
    """Nothing but what is declared."""

    model_config = ConfigDict(extra="forbid")


def name_of(register: Register) -> str:
    """ "water.outlet" → "WaterOutlet"."""
    return f"{register.domain.title()}{register.model.__name__}"


def check(register: Register) -> None:
    """Errors: ``ValueError`` for a field whose name the API needs itself."""
    asked = {n for n, c in register.fields.items() if c.filterable} & _ASKED
    if both := _RESERVED & set(register.fields) | asked:
        raise ValueError(f"{register.code}: the API uses the name {', '.join(sorted(both))} itself")


def _schema(found: dict[str, Any]) -> Any:
    return Annotated[Any, WithJsonSchema(found)]


def _given(register: Register, column: Column) -> Any:
    found = values.shape(column, given=True) | values.bounds(column, register.model) | values.words(column)
    return _schema(found)


def _unsaid() -> Any:
    """May be left out; the schema names no default, because leaving out means "as it is"."""
    return Field(default_factory=lambda: None)


def created(register: Register) -> type[Schema]:
    """What a new record may and must name. A field with a default of its own may be left out."""
    fields: dict[str, Any] = {}
    for column in register.form_fields:
        must = column.required and not register.model._meta.get_field(column.name).has_default()
        fields[column.name] = (_given(register, column), ... if must else _unsaid())
    fields["why"] = (Annotated[str, Field(max_length=180, title="原因")], "")
    return _model(f"{name_of(register)}Create", fields)


def changed(register: Register) -> type[Schema]:
    """Only the fields that are named change; ``revision`` says which version the asker saw."""
    fields: dict[str, Any] = {
        c.name: (_given(register, c), _unsaid())
        for c in register.form_fields
        if not _moved_by_steps(register, c)
    }
    fields["revision"] = (_revision(), ...)
    fields["why"] = (Annotated[str, Field(max_length=180, title="原因")], "")
    return _model(f"{name_of(register)}Change", fields)


def stepped(register: Register, step: Step, number: int) -> type[Schema]:
    """The fields a step needs may be filled in on the way."""
    fields: dict[str, Any] = {n: (_given(register, register.fields[n]), _unsaid()) for n in step.needs}
    fields["revision"] = (_revision(), ...)
    fields["why"] = (Annotated[str, Field(max_length=150, title="说明")], "")
    return _model(f"{name_of(register)}Step{number}", fields)


def _revision() -> Any:
    said = {
        "type": "integer",
        "minimum": 0,
        "title": "版本",
        "description": "读到的 revision；已有更新的版本时答 409",
    }
    return Annotated[int, PlainValidator(_as_revision), WithJsonSchema(said)]


def _as_revision(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not value >= 0:
        raise ValueError("revision 要给读到的版本号（非负整数）")
    return value


def _moved_by_steps(register: Register, column: Column) -> bool:
    return register.lifecycle is not None and column.name == register.lifecycle.field


def shown(register: Register) -> type[Schema]:
    """A record as answered: every field; null when empty or masked, and then named in ``masked``."""
    fields: dict[str, Any] = {
        "id": (int, ...), "revision": (int, ...),
        "county": (Annotated[str, Field(description="区县代码")], ...),
    }  # fmt: skip
    for column in register.fields.values():
        fields[column.name] = (_schema(values.shape(column, given=False) | values.words(column)), ...)
    fields["masked"] = (Annotated[list[str], Field(description="无权查看、因此为 null 的字段")], ...)
    return _model(name_of(register), fields)


def page(register: Register, record: type[Schema]) -> type[Schema]:
    link = Annotated[str | None, Field(description="相对地址；没有时为 null")]
    fields: dict[str, Any] = {
        "count": (int, ...), "next": (link, ...), "previous": (link, ...), "results": (list[record], ...),  # type: ignore[valid-type]
    }  # fmt: skip
    return _model(f"{name_of(register)}Page", fields)


def asked(register: Register, paged: bool = True) -> type[Schema]:
    """What a list may be asked: as the address of the list on screen."""
    fields: dict[str, Any] = {
        "county": (county("区县代码；不写则为您可见的全部"), None),
        "q": (Annotated[str, Field("", max_length=80, description="编码、名称或地点中的词")], ""),
    }  # fmt: skip
    for column in register.fields.values():
        if column.filterable and column.name != "crs":
            fields[column.name] = (_filter(column), [])
        elif column.kind in (columns.NUMBER, columns.WHOLE, columns.DAY) and not column.sensitive:
            for end, said in (("from", "从"), ("to", "到")):
                fields[f"{column.name}_{end}"] = (_end(column, said), None)
    if due := query.due_choices(register):
        fields["due"] = (_of_words(due, "时限"), None)
    if paged:
        names = [c.name for c in register.fields.values() if not c.sensitive]
        sorts = {w: w for n in names for w in (n, f"-{n}")}
        fields["sort"] = (_of_words(sorts, "排序；负号为倒序"), None)
        fields["page"] = (Annotated[int, Field(1, ge=1, le=10**9)], 1)
        fields["size"] = (Annotated[int, Field(50, ge=1, le=SIZE, description=f"每页条数，最多 {SIZE}")], 50)
    return _model(f"{name_of(register)}{'Asked' if paged else 'LayerAsked'}", fields)


def _filter(column: Column) -> Any:
    if column.kind == columns.REF:
        item: Any = Annotated[int, Field(ge=1, le=_ID)]
        return Annotated[list[item], Field(description=f"{column.title}：编号，可给多个")]
    words = ("是", "否") if column.kind == columns.YES else column.choices
    offered = (*words, *(() if column.required else (query.NONE,)))
    return Annotated[list[Literal[offered]], Field(description=f"{column.title}：可给多个，任一即可")]  # type: ignore[valid-type]


def _end(column: Column, said: str) -> Any:
    form = ({"type": "string", "format": "date"} if column.kind == columns.DAY else {"type": "number"}) | {
        "description": f"{column.heading}{said}（含）"
    }
    return Annotated[
        str | None, PlainValidator(_a_day if column.kind == columns.DAY else _a_number), WithJsonSchema(form)
    ]


def _a_day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError("要给日期，如 2026-01-31") from None


def _a_number(value: Any) -> str:
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", str(value), re.ASCII):
        raise ValueError("要给数")
    return str(value)


def _of_words(words: dict[str, str], said: str) -> Any:
    found = {"type": "string", "enum": list(words), "description": said}
    return Annotated[Literal[tuple(words)] | None, WithJsonSchema(found)]  # type: ignore[valid-type]


def county(said: str) -> Any:
    """The six-digit code of a county as a parameter that may be left out."""
    found = {"type": "string", "pattern": "^[0-9]{6}$", "description": said}
    return Annotated[str | None, Field(pattern="^[0-9]{6}$"), WithJsonSchema(found)]


def _model(name: str, fields: dict[str, Any]) -> type[Schema]:
    return create_model(name, __base__=_Strict, **fields)


Where = _model("Where", {"county": (county("区县代码；只有一个区县的权限时可不写"), None)})
