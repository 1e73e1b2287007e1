"""The index of all registers of a county, and the list of one: found, filtered, ordered, masked."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from jiuzhi.core import local
from jiuzhi.core.models import Record, SavedView
from jiuzhi.core.registers import REGISTERS, Column, Register, columns, query, reading

from ...keep import kept, shared
from ..base import Scope, number, page
from .base import register_page, registers_page, shown

ROWS = 50
_MANY = 12  # columns in one table at most


@dataclass(frozen=True)
class Entry:
    """One register in the index."""

    register: Register
    count: int
    open: int
    expired: int


@registers_page
@kept
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    today = local.today()
    words = request.GET.get("q", "").strip().lower()[:60].split()
    groups = []
    for domain, title in [*settings.DOMAINS.items(), ("master", _("主数据"))]:
        entries = [
            _entry(scope, register, today)
            for register in query.registers_of(domain)
            if reading.may(register, scope.user, "view_record", org=scope.county)
            and all(w in f"{register.title} {title} {register.about} {register.code}".lower() for w in words)
        ]
        if entries:
            groups.append((title, domain, entries))
    found = [e for _title, _domain, entries in groups for e in entries]
    context = {
        "groups": groups, "q": request.GET.get("q", ""), "registers": len(found), "records": sum(e.count for e in found),
        "open": sum(e.open for e in found), "expired": sum(e.expired for e in found),
    }  # fmt: skip
    return page(request, "web/registers/index.html", context, active="registers")


def _entry(scope: Scope, register: Register, today: date) -> Entry:
    found = reading.visible_to(register, scope.user, county=scope.county)
    choices = query.due_choices(register)

    def due(what: str) -> int:
        if what not in choices:
            return 0
        return query.select(register, found, query.Asked(due=what), today).order_by().count()

    return Entry(register, found.count(), due("open"), due("expired"))


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

    def page(self) -> tuple[Page, list[tuple[Record, list[str], bool]]]:
        """One page of rows: (record, cells as this person reads them, whether unmasked)."""
        paginator = Paginator(_Counted(self.found, self._total()), ROWS)
        rows = paginator.get_page(number(self.given.get("page")))
        # The rows of a far page are found by their ids first: joining references of every row before it would be slow.
        ids = list(rows.object_list)
        held = self.register.model._default_manager.filter(pk__in=ids).select_related(*self._links())
        by_id = {r.pk: r for r in held}
        records = [by_id[pk] for pk in ids if pk in by_id]
        clear = reading.unmasked(self.register, self.scope.user, records)
        cells = [
            (r, [reading.value(c, r, r.pk in clear) for c in self.columns], r.pk in clear) for r in records
        ]
        return rows, cells

    def _links(self) -> list[str]:
        return self.register.links(c.name for c in self.columns)

    def _total(self) -> int:
        key = (
            "count",
            self.register.code,
            self.scope.user.pk,
            self.scope.county.pk,
            repr(self.asked),
            local.today(),
        )
        return shared(key, self.scope.version, lambda: self.found.order_by().count())

    def counts(self) -> dict[str, int]:
        """Records by state, whatever states are chosen."""
        life = self.register.lifecycle
        if life is None:
            return {}
        others = {k: v for k, v in self.asked.filters.items() if k != life.field}
        rest = query.Asked(self.asked.q, others, self.asked.ranges, self.asked.due)
        key = (
            "states",
            self.register.code,
            self.scope.user.pk,
            self.scope.county.pk,
            repr(rest),
            local.today(),
        )
        return shared(
            key, self.scope.version,
            lambda: query.counts(self.register, query.select(self.register, self.visible, rest, local.today()), life.field),
        )  # fmt: skip

    def choices(self) -> list[tuple[Column, list[tuple[str, str]], tuple[str, ...]]]:
        """The filters: column, what can be chosen, what is chosen. References offer what occurs."""
        found = []
        for column in self.register.fields.values():
            if not column.filterable or column.name == "crs":
                continue
            if column.kind == columns.REF:
                key = ("refs", self.register.code, column.name, self.scope.county.pk)
                offered = shared(key, self.scope.version, lambda c=column: self._references(c))
            else:
                words = ("是", "否") if column.kind == columns.YES else column.choices
                offered = [(w, w) for w in words] + ([] if column.required else [(query.NONE, _("（空）"))])
            if offered:
                found.append((column, offered, self.asked.filters.get(column.name, ())))
        return found

    def _references(self, column: Column) -> list[tuple[str, str]]:
        return [
            (str(pk), name) for pk, name in query.reference_choices(self.register, column, self.scope.county)
        ]


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
    choices = asked.choices()
    main = {register.lifecycle.field if register.lifecycle else "", "org", *register.columns}
    ranges = [
        (c, *asked.asked.ranges.get(c.name, ("", "")))
        for c in register.fields.values()
        if c.kind in (columns.NUMBER, columns.WHOLE, columns.DAY)
        and not c.sensitive
        and c.name not in ("lon", "lat")
    ]
    context = {
        "asked": asked.asked, "rows": rows, "page_rows": page_rows, "columns": asked.columns, "states": asked.counts(),
        "closed": register.lifecycle.closed if register.lifecycle else (),
        "due": query.due_choices(register), "saved": asked.saved,
        "filters": [f for f in choices if f[0].name in main], "more_filters": [f for f in choices if f[0].name not in main],
        "ranges": ranges, "synthetic": any(r.synthetic for r, _cells, _clear in rows),
        "narrowed_more": bool(asked.asked.ranges) or any(f[2] for f in choices if f[0].name not in main),
        "all_columns": [c for c in register.fields.values() if c.name not in register.key],
        "carried": [(k, v) for k, words in request.GET.lists() if k not in ("col", "page") for v in words],
    }  # fmt: skip
    return shown(request, scope, register, "list.html", context)


def search(scope: Scope, words: list[str], each: int) -> list[tuple[Register, list[Record]]]:
    """What the global search finds in registers: at most ``each`` of a register, by key and list columns."""
    asked = query.Asked(q=" ".join(words))
    found = []
    for register in REGISTERS.values():
        rows = reading.visible_to(register, scope.user, county=scope.county)
        if rows.query.is_empty():
            continue
        hits = list(query.select(register, rows, asked, local.today())[:each])
        if hits:
            found.append((register, hits))
    return found
