"""What a list, an export, a map and the API are asked for: words, filters, order — read from an address, applied to records.

    q=龙河&state=整治中&state=待验收&plan_end_to=2026-12-31&sort=-plan_end

A field that is masked for some can neither be searched, filtered nor sorted by anybody: the order would tell what the mask hides.
For the same reason the public asks about public fields alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Count, Exists, ForeignKey, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from jiuzhi.core import files
from jiuzhi.core.models import Org, Record

from . import columns
from .columns import Column
from .declare import Register, of

OFFERED = 200  # records a reference filter offers
_CHOSEN = 100  # words of one filter; each is a condition
NONE = "空"  # the choice "nothing filled in"
DUE = {"expired": "已过期", "soon": "即将到期", "open": "未办结"}


@dataclass(frozen=True)
class Asked:
    """What is asked for. ``filters``: field → words chosen (any of them); ``ranges``: field → (from, to), either may be empty;
    ``public``: asked by everybody, so that only public fields answer."""

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    due: str = ""
    sort: str = ""
    public: bool = False

    @property
    def narrowed(self) -> bool:
        return bool(self.q or self.filters or self.ranges or self.due)


def ask(register: Register, given: Any, public: bool = False) -> Asked:
    """Read an address (`QueryDict` or a dict of lists). What no field answers to is passed over."""
    get = given.getlist if hasattr(given, "getlist") else lambda k: given.get(k, [])
    chosen: dict[str, tuple[str, ...]] = {}
    ranges: dict[str, tuple[str, str]] = {}
    fields = {n: c for n, c in register.fields.items() if c.public or not public}
    for column in fields.values():
        # "crs" in an address says in what system a map is drawn.
        if column.filterable and column.name != "crs":
            words = tuple(dict.fromkeys(files.printable(w)[:80] for w in get(column.name) if w))[:_CHOSEN]
            chosen |= {column.name: words} if words else {}
        if column.kind in (columns.NUMBER, columns.WHOLE, columns.DAY) and not column.sensitive:
            low, high = ((get(f"{column.name}_{end}") or [""])[-1].strip()[:30] for end in ("from", "to"))
            if low or high:
                ranges[column.name] = (low, high)
    due = (get("due") or [""])[-1]
    sort = (get("sort") or [""])[-1]
    known = sort.lstrip("-") in fields and not fields[sort.lstrip("-")].sensitive
    return Asked(
        files.printable((get("q") or [""])[-1]).strip()[:80], chosen, ranges,
        due if due in due_choices(register) and not public else "", sort if known else "", public,
    )  # fmt: skip


def due_choices(register: Register) -> dict[str, str]:
    """Which questions of time a register can answer."""
    life = register.lifecycle
    if life is None:
        return {}
    return {k: v for k, v in DUE.items() if (life.expires if k != "open" else life.closed)}


def select(register: Register, found: QuerySet[Record], asked: Asked, today: date) -> QuerySet[Record]:
    """``found`` narrowed and ordered as asked; references come along in the same query."""
    searched = _searched(register, asked.public) if asked.q else []
    for word in asked.q.split():
        hits = (Q(**{f"{n}__icontains": word}) for n in searched)
        found = found.filter(reduce(or_, hits, Q(pk__in=[])))
    for name, words in asked.filters.items():
        found = found.filter(reduce(or_, (_chosen(register.fields[name], w) for w in words)))
    for name, (low, high) in asked.ranges.items():
        found = found.filter(_between(register.fields[name], low, high))
    if asked.due:
        found = found.filter(_due(register, asked.due, today))
    return ordered(register, found, asked.sort, asked.public)


def ordered(register: Register, found: QuerySet[Record], sort: str, public: bool = False) -> QuerySet[Record]:
    """In the order asked for, else by key (for everybody by the public fields); always a total order, so that pages do not
    overlap."""
    found = found.select_related(*register.links())
    if not sort:
        names = [n for n in register.public if not register.fields[n].sensitive] if public else register.key
        return found.order_by(*(path for n in names for path in _sorted(register.fields[n])), "pk")
    down, name = ("-" if sort.startswith("-") else ""), sort.lstrip("-")
    return found.order_by(*(down + path for path in _sorted(register.fields[name])), "pk")


def _sorted(column: Column) -> list[str]:
    """Order by what people see of a reference, not by its id."""
    if column.kind != columns.REF or column.target is None:
        return [column.name]
    return [f"{column.name}__{n}" for n in _called(column.target)]


def _called(model: Any) -> list[str]:
    """The fields that make a record's name; where its key is another record, the fields that make that one's."""
    return ["name"] if model is Org or _named(model) else _keyed(model)


def _keyed(model: Any) -> list[str]:
    """The fields that make a record's key, those of another record by its name."""
    found = []
    for name in model.KEY:
        field = model._meta.get_field(name)
        inner = _called(field.related_model) if isinstance(field, ForeignKey) else None
        found += [f"{name}__{n}" for n in inner] if inner else [name]
    return found


def _named(model: Any) -> bool:
    return any(f.name == "name" for f in model._meta.concrete_fields)


def _searched(register: Register, public: bool = False) -> list[str]:
    """Key, list columns and names of references: what a person would type; for everybody the public fields."""
    found: list[str] = []
    named = register.public if public else (*register.key, *register.columns, *register.lookup, "name")
    for name in dict.fromkeys(named):
        column = register.fields.get(name)
        if column is None or column.sensitive:
            continue
        if column.searchable or column.kind == columns.CHOICE:
            found.append(name)
        elif column.kind == columns.REF and column.target is not None and name != "org":
            found += [f"{name}__{n}" for n in _called(column.target)]
    return found


def _chosen(column: Column, word: str) -> Q:
    if word == NONE:
        empty = Q(**{f"{column.name}__isnull": True})
        return empty | Q(**{column.name: ""}) if column.kind in (columns.CHOICE, columns.SEVERAL) else empty
    if column.kind == columns.YES:
        return Q(**{column.name: word == "是"})
    if column.kind == columns.REF:
        return Q(**{f"{column.name}_id": int(word)}) if _an_id(word) else Q(pk__in=[])
    return Q(**{f"{column.name}__contains" if column.kind == columns.SEVERAL else column.name: word})


def _an_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 18  # more no database keeps


def _between(column: Column, low: str, high: str) -> Q:
    """Both ends count; an end that cannot be read lets everything through."""
    parts = []
    for text, test in ((low, "gte"), (high, "lte")):
        try:
            value: Any = date.fromisoformat(text) if column.kind == columns.DAY else Decimal(text)
        except (ValueError, InvalidOperation):
            continue
        if column.kind == columns.DAY or (value.is_finite() and value.adjusted() < 15):
            parts.append(Q(**{f"{column.name}__{test}": value}))
    return reduce(and_, parts, Q())


def _due(register: Register, due: str, today: date) -> Q:
    life = register.lifecycle
    assert life is not None
    still = ~Q(**{f"{life.field}__in": life.closed}) if life.closed else Q()
    if due == "expired":
        return still & Q(**{f"{life.expires}__lt": today})
    if due == "soon":
        limit = today + timedelta(days=life.renew_days or 30)
        return still & Q(**{f"{life.expires}__range": (today, limit)})
    return still


@dataclass(frozen=True)
class Tally:
    """How many records there are by state: ``rows`` holds, for each state, "n", how many of them are "synthetic", and the numbers
    for each question of time. A register without a lifecycle has one row, the state ""."""

    rows: Mapping[str, Mapping[str, int]]

    def total(self, states: Sequence[str] = (), due: str = "") -> int:
        """Records in ``states`` (none named: in all) to which ``due`` applies."""
        wanted = {"" if s == NONE else s for s in states} or set(self.rows)
        return sum(row[due or "n"] for state, row in self.rows.items() if state in wanted)

    @property
    def synthetic(self) -> bool:
        """Whether any of the records counted is invented."""
        return any(row["synthetic"] for row in self.rows.values())

    def states(self, due: str = "") -> dict[str, int]:
        """Records by state, states without any left out."""
        return {state: row[due or "n"] for state, row in self.rows.items() if row[due or "n"]}


def tally(register: Register, found: QuerySet[Record], today: date) -> Tally:
    """Count ``found`` by state and by what time asks of them, in one query; states in the order of the code list."""
    life, found = register.lifecycle, found.order_by()
    asked = {"n": Count("pk"), "synthetic": Count("pk", filter=Q(synthetic=True))}
    if life is None:
        return Tally({"": found.aggregate(**asked)})
    asked |= {k: Count("pk", filter=_due(register, k, today)) for k in due_choices(register)}
    held = {row.pop(life.field) or "": row for row in found.values(life.field).annotate(**asked)}
    listed = dict.fromkeys((*register.fields[life.field].choices, "", *held))
    return Tally({state: held[state] for state in listed if state in held})


def reference_choices(
    register: Register, visible: QuerySet[Record], most: int = OFFERED
) -> dict[str, list[tuple[int, str]]]:
    """What each reference filter offers: the records that ``visible`` ones refer to, at most ``most`` of each. One query, and one
    more for each kind of record that makes its name in words of its own."""
    parts, own = [], {}
    for column in register.fields.values():
        if column.kind != columns.REF or column.target is None or column.sensitive:
            continue
        used = visible.order_by().filter(**{f"{column.name}_id": OuterRef("pk")})
        manager = column.target._default_manager
        first = manager.filter(Exists(used)).values("pk")[:most]
        name = name_of(column.target) if plain(column.target) else Value("", TextField())
        parts.append(manager.filter(pk__in=first).order_by().values_list(Value(column.name), "pk", name))
        if not plain(column.target):
            own[column.name] = column.target
    found: dict[str, list[tuple[int, str]]] = {}
    for name, pk, said in parts[0].union(*parts[1:], all=True) if parts else ():
        found.setdefault(name, []).append((pk, said))
    for name, model in own.items():
        found[name] = _by_hand(model, [pk for pk, _said in found.get(name, ())])
    return {name: sorted(rows, key=lambda r: r[1]) for name, rows in found.items()}


def _by_hand(model: Any, ids: list[int]) -> list[tuple[int, str]]:
    along = [path.rpartition("__")[0] for path in _called(model) if "__" in path]
    held = model._default_manager.filter(pk__in=ids).select_related(*along) if ids else ()
    return [(r.pk, str(r)) for r in held]


def plain(model: Any) -> bool:
    """Whether `name_of` says of a record of ``model`` what ``str`` says."""
    if model is Org:
        return True
    if model.__str__ is not Record.__str__:
        return False
    fields = [model._meta.get_field(k) for k in model.KEY]
    return _named(model) or all(plain(f.related_model) for f in fields if isinstance(f, ForeignKey))


def name_of(model: Any, key: bool = False) -> Any:
    """What people call a record of ``model``, in the database's own words: its name, else its key. ``key``: its key alone."""
    text = TextField()
    if model is Org:
        return Cast("name", text)
    first, *others = (Cast(n, text) for n in _keyed(model))
    said: Any = first
    for part in others:
        said = Concat(said, Value(" ", text), part, output_field=text)
    if key or not _named(model):
        return said
    return Coalesce(NullIf(Cast("name", text), Value("", text)), said, output_field=text)


def registers_of(domain: str) -> list[Register]:
    """The registers of one domain in the order of their declaration."""
    from .declare import REGISTERS

    return [r for r in REGISTERS.values() if r.domain == domain]


def target_register(column: Column) -> Register | None:
    """The register a reference leads to, for a link."""
    return of(column.target) if column.target is not None else None
