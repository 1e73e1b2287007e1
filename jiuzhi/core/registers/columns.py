"""What a register's field is to people: title, unit, kind, code list, who may see it. Forms, tables, Excel and API read this."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from jiuzhi.core import fields

TEXT, LONG, NUMBER, WHOLE, DAY, YES, CHOICE, SEVERAL, REF = (
    "text", "long", "number", "whole", "day", "yes", "choice", "several", "ref",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One field of a register. ``choices``: the words of a code list; ``target``: the model a reference leads to."""

    name: str
    title: str
    kind: str
    unit: str = ""
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    target: type[models.Model] | None = None
    digits: int = 0
    sensitive: bool = False
    public: bool = False
    editable: bool = True
    length: int | None = None

    @property
    def heading(self) -> str:
        """The title with its unit, as in a table or a template."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title

    @property
    def attribute(self) -> str:
        """The attribute that holds the stored value: a reference's id, so that looking at it asks no database."""
        return f"{self.name}_id" if self.kind == REF else self.name

    @property
    def searchable(self) -> bool:
        return self.kind in (TEXT, LONG) and not self.sensitive

    @property
    def filterable(self) -> bool:
        return self.kind in (CHOICE, YES, REF, SEVERAL) and not self.sensitive

    def shown(self, value: Any) -> str:
        """A stored value as people read it; "" when there is none."""
        if value is None or value == "":
            return ""
        if self.kind == YES:
            return "是" if value else "否"
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        if isinstance(value, date):
            return value.isoformat()
        return str(value)

    def of(self, record: models.Model) -> str:
        """The field of ``record`` as people read it."""
        return self.shown(getattr(record, self.name))


def called_by(model: type[models.Model], name: str) -> list[str]:
    """Paths to fetch along with the reference ``name`` of ``model``, so that calling its record by name or key asks no database:
    the reference, and what its record's own key refers to."""
    target: Any = model._meta.get_field(name).related_model
    inner = [k for k in getattr(target, "KEY", ()) if target._meta.get_field(k).is_relation]
    return [name, *(f"{name}__{path}" for k in inner for path in called_by(target, k))]


def _kind(field: Any) -> str:
    pairs = (
        (models.ForeignKey, REF), (fields.Several, SEVERAL), (models.BooleanField, YES), (models.DecimalField, NUMBER),
        (models.IntegerField, WHOLE), (models.DateField, DAY), (models.TextField, LONG),
    )  # fmt: skip
    for kind, word in pairs:
        if isinstance(field, kind):
            return word
    return CHOICE if field.choices else TEXT


def columns_of(
    model: type[models.Model], sensitive: tuple[str, ...], public: tuple[str, ...]
) -> Mapping[str, Column]:
    """The columns of ``model`` in the order of a form: the model's own fields, then place, unit, remark."""
    own: list[Any] = []
    shared: list[Any] = []
    common = {"org", "note", "synthetic", "lon", "lat", "crs", "shape", "shape_m", "shape_m2", "place_given"}
    for field in model._meta.concrete_fields:
        if field.name in ("id", "county", "revision"):
            continue
        (shared if field.name in common else own).append(field)
    order = ("lon", "lat", "crs", "shape", "shape_m", "shape_m2", "org", "note", "synthetic", "place_given")
    shared.sort(key=lambda f: order.index(f.name))
    return {f.name: _column(f, f.name in sensitive, f.name in public) for f in (*own, *shared)}


def _column(field: Any, sensitive: bool, public: bool) -> Column:
    kind = _kind(field)
    words = getattr(field, "words", ()) or tuple(v for v, _ in (field.choices or ()) if v)
    return Column(
        name=field.name, title=str(field.verbose_name), kind=kind, unit=getattr(field, "unit", ""), help=str(field.help_text),
        required=bool(getattr(field, "required", not field.blank)), choices=words,
        target=field.related_model if kind == REF else None, digits=getattr(field, "decimal_places", 0) or 0,
        sensitive=sensitive, public=public, editable=field.editable, length=field.max_length,
    )  # fmt: skip
