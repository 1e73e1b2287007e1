"""The list of one register: found, filtered, ordered, masked — for the page, the export, the map and bulk edits."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from jiuzhi.core import local
from jiuzhi.core.models import Record, SavedView
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import Column, Register, columns, query, reading

from ..base import Scope, number
from . import figures
from .base import register_page, shown

ROWS = 50
MOST = 2_000  # records of one bulk edit
_MANY = 12  # columns in one table at most
_LONG = 60  # characters a cell shows
_NUMBERS = (columns.NUMBER, columns.WHOLE)
_FIXED = ("lon", "lat", "crs", "shape", "place_given")  # neither ranges nor filters


@dataclass(frozen=True)
class Cell:
    """One cell as this person reads it. ``mark``: how it stands, "met" closed, "late" open or due soon, "bad" expired."""

    column: Column
    text: str
    mark: str = ""
    masked: bool = False

    @property
    def right(self) -> bool:
        return self.column.kind in _NUMBERS

    @property
    def short(self) -> str:
        return self.text if len(self.text) <= _LONG else self.text[: _LONG - 1] + "…"


class Choosing(NamedTuple):
    """One filter: what can be chosen, what is chosen. ``cut``: there is more than it offers."""

    column: Column
    offered: list[tuple[str, str]]
    chosen: tuple[str, ...]
    cut: bool


class Listing:
    """What one list shows to one person: built once, used by the page, the export, the map and bulk edits."""

    def __init__(self, scope: Scope, register: Register, given: Any) -> None:
        self.scope, self.register, self.given = scope, register, given
        self.asked = query.ask(register, given)

    @cached_property
    def visible(self) -> QuerySet[Record]:
        return reading.visible_to(self.register, self.scope.user, county=self.scope.county)

    @cached_property
    def found(self) -> QuerySet[Record]:
        return query.select(self.register, self.visible, self.asked, local.today())

    @cached_property
    def saved(self) -> list[SavedView]:
        return list(SavedView.objects.filter(user=self.scope.user, register=self.register.code))

    @cached_property
    def columns(self) -> list[Column]:
        """The columns asked for in the address, else the register's own; the key always comes first."""
        fields = self.register.fields
        wanted = [n for n in self.given.getlist("col") if n in fields] or list(self.register.columns)
        names = dict.fromkeys((*self.register.key, *wanted))
        return [fields[n] for n in names][:_MANY]

    def page(self) -> tuple[Page, list[tuple[Record, list[Cell]]]]:
        """One page of rows: (record, its cells)."""
        paginator = Paginator(_Counted(self.found, self.total), ROWS)
        rows = paginator.get_page(number(self.given.get("page")))
        # The rows of a far page are found by their ids first: joining references of every row before it would be slow.
        ids = list(rows.object_list) if self.total else []
        held = self.register.model._default_manager.filter(pk__in=ids).select_related(
            *self.register.links(c.name for c in self.columns)
        )
        by_id = {r.pk: r for r in held}
        records = [by_id[pk] for pk in ids if pk in by_id]
        clear = reading.unmasked(self.register, self.scope.user, records)
        if any(c.sensitive for c in self.columns):
            reading.note_many(Actor(self.scope.user), self.register, self.scope.county.code, clear)
        today = local.today()
        return rows, [(r, [self._cell(c, r, r.pk in clear, today) for c in self.columns]) for r in records]

    def _cell(self, column: Column, record: Record, clear: bool, today: date) -> Cell:
        text = reading.value(column, record, clear)
        masked = column.sensitive and not clear and bool(text)
        return Cell(column, text, "" if masked else self._mark(column, record, today), masked)

    def _mark(self, column: Column, record: Record, today: date) -> str:
        life = self.register.lifecycle
        if life is None or column.name not in (life.field, life.expires):
            return ""
        closed = getattr(record, life.field) in life.closed
        if column.name == life.field:
            return "met" if closed else "late" if life.closed else ""
        until = getattr(record, column.name)
        if closed or until is None:
            return ""
        left = (until - today).days
        return "bad" if left < 0 else "late" if left <= (life.renew_days or 30) else ""

    @cached_property
    def tally(self) -> query.Tally:
        return figures.tally(self.scope, self.register, self.asked)

    @property
    def state_field(self) -> str:
        return self.register.lifecycle.field if self.register.lifecycle else ""

    @property
    def chosen_states(self) -> tuple[str, ...]:
        return self.asked.filters.get(self.state_field, ())

    @property
    def total(self) -> int:
        """Records found."""
        return self.tally.total(self.chosen_states, self.asked.due)

    def counts(self) -> dict[str, int]:
        """Records by state, whatever states are chosen."""
        return self.tally.states(self.asked.due) if self.register.lifecycle else {}

    def waiting(self) -> list[tuple[str, str, int]]:
        """Questions of time: (code, words, how many of the states chosen)."""
        due = query.due_choices(self.register)
        return [(code, said, self.tally.total(self.chosen_states, code)) for code, said in due.items()]

    def choices(self) -> list[Choosing]:
        """The filters of the list. References offer what occurs among the records this person sees."""
        found = []
        refs = figures.references(self.scope, self.register)
        for column in self.register.fields.values():
            if not column.filterable or column.name in _FIXED:
                continue
            none = [] if column.required else [(query.NONE, _("（空）"))]
            if column.kind == columns.REF:
                offered = [(str(pk), name) for pk, name in refs.get(column.name, ())]
                offered += none if offered else []
            else:
                words = ("是", "否") if column.kind == columns.YES else column.choices
                offered = [(w, w) for w in words] + none
            if offered:
                chosen = self.asked.filters.get(column.name, ())
                found.append(Choosing(column, offered, chosen, len(offered) >= query.OFFERED))
        return found

    def ranges(self) -> list[tuple[Column, str, str]]:
        """Numbers and days that can be bounded: (column, from, to)."""
        kinds = (*_NUMBERS, columns.DAY)
        return [
            (c, *self.asked.ranges.get(c.name, ("", "")))
            for c in self.register.fields.values()
            if c.kind in kinds and not c.sensitive and c.name not in _FIXED
        ]

    def hidden(self, *left_out: str) -> list[tuple[str, str]]:
        """The address as hidden inputs of a form that sets the rest: all of it, without ``left_out``."""
        given = QueryDict(self.kept)
        return [(k, v) for k, values in given.lists() if k not in left_out for v in values]

    @cached_property
    def kept(self) -> str:
        """The address without the page: what a saved view, an export or a bulk edit stands on."""
        given = self.given.copy()
        for name in ("page", "all"):
            given.pop(name, None)
        for name, values in list(given.lists()):
            if full := [v for v in values if v]:
                given.setlist(name, full)
            else:
                given.pop(name)
        return str(given.urlencode())


class _Counted:
    """A queryset of ids for a paginator, with its length already known."""

    def __init__(self, found: QuerySet[Record], total: int) -> None:
        self.found, self.total = found.values_list("pk", flat=True), total

    def __len__(self) -> int:
        return self.total

    def __getitem__(self, key: Any) -> Any:
        return self.found[key]


@register_page
def listing(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    asked = Listing(scope, register, request.GET)
    page_rows, rows = asked.page()
    life = register.lifecycle
    choices = [f for f in asked.choices() if f.column.name != asked.state_field]  # states are chips
    main = {"org", *register.columns}
    more = [f for f in choices if f.column.name not in main]
    ranges = asked.ranges()
    inputs = [
        "q",
        *(f.column.name for f in choices),
        *(f"{c.name}_{end}" for c, *_r in ranges for end in ("from", "to")),
    ]
    context = {
        "asked": asked.asked, "rows": rows, "page_rows": page_rows, "columns": asked.columns, "states": asked.counts(),
        "all_states": asked.tally.total(due=asked.asked.due), "closed": life.closed if life else (),
        "waiting": asked.waiting(), "saved": asked.saved, "whose": figures.whose(scope, register),
        "state_field": asked.state_field, "chosen_states": asked.chosen_states,
        "filters": [f for f in choices if f.column.name in main], "more_filters": more, "ranges": ranges, "hidden": asked.hidden(*inputs), "hidden_but_columns": asked.hidden("col"),
        "synthetic": asked.tally.synthetic,
        "narrowed_more": bool(asked.asked.ranges) or any(f.chosen for f in more),
        "all_columns": [c for c in register.fields.values() if c.name not in register.key], "most_columns": _MANY,
        "chosen_columns": {c.name for c in asked.columns}, "kept": asked.kept, "most": MOST, "total": asked.total,
    }  # fmt: skip
    return shown(request, scope, register, "list.html", context)
