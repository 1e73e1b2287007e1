"""A filter over Observations as a condition of SQL, so that the lake's engine does the work.

What concerns a value's series alone (its Datastream, its place) is worked out in Python once per series; the rest becomes SQL with
every text, number and time bound as a parameter.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from jiuzhi.engine.observe import series
from jiuzhi.engine.observe.series import Wanted

from . import evaluate, functions
from .entities import TYPES
from .faults import not_offered, unreadable
from .functions import NUMBER, TEXT, TIME, YES
from .query import Call, Literal, Node, Path
from .rows import KINDS, Scene, Stream, Value

OBSERVATION = TYPES["Observation"]
_FURTHEST = 10_000  # entities passed over in an order that is not by time
_BOUND = 20_000  # values bound to one condition


def _end() -> str:
    cases = " ".join(f"WHEN '{name}' THEN INTERVAL {k.lasts} HOUR" for name, k in KINDS.items() if k.lasts)
    month = "date_trunc('month', time + INTERVAL 8 HOUR) + INTERVAL 1 MONTH - INTERVAL 8 HOUR"
    spans = f"time + CASE split_part(kind, '.', 1) {cases} ELSE INTERVAL 0 HOUR END"
    return f"(CASE WHEN kind = 'month' THEN {month} ELSE {spans} END)"


_FINE = "CASE WHEN microsecond(time) % 1000000 = 0 THEN '' ELSE strftime(time, '.%f') END"
_IDENT = (
    f"(station || ':' || property || ':' || kind || ':' || strftime(time, '%Y%m%dT%H%M%S') || {_FINE} || 'Z')"
)
# Path of an Observation → (column or expression of the lake, kind)
_COLUMNS: dict[tuple[str, ...], tuple[str, str]] = {
    ("@iot.id",): (_IDENT, TEXT), ("id",): (_IDENT, TEXT), ("phenomenonTime",): ("time", TIME), ("resultTime",): (_end(), TIME),
    ("result",): ("value", NUMBER), ("resultQuality", "flag"): ("flag", NUMBER),
    ("resultQuality", "qualifier"): ("coalesce(qualifier, '')", TEXT), ("parameters", "raw"): ("coalesce(raw, '')", TEXT),
    ("parameters", "unit"): ("coalesce(unit, '')", TEXT), ("parameters", "revision"): ("revision", NUMBER),
    ("parameters", "synthetic"): ("synthetic", YES),
}  # fmt: skip


class Sql(NamedTuple):
    """A fragment, its kind, the values bound to its question marks."""

    text: str
    kind: str
    values: tuple[Any, ...] = ()


def wanted(node: Node | None, streams: Sequence[Stream], scene: Scene) -> Wanted:
    """Which values of these streams meet a filter. Errors: `Fault`."""
    parts: list[Node] = [node] if node is not None else []
    while any(isinstance(p, Call) and p.name == "and" for p in parts):
        parts = [q for p in parts for q in (p.args if isinstance(p, Call) and p.name == "and" else (p,))]
    rest: list[Sql] = []
    for part in parts:
        if _of_series(part):
            streams = [s for s in streams if _holds(part, s, scene)]
        else:
            found = _sql(part, streams, scene)
            if found.kind != YES:
                raise unreadable("$filter 要一个条件，如 result gt 3")
            rest.append(found)
    values = tuple(value for sql in rest for value in sql.values)
    if len(values) > _BOUND:
        raise unreadable("这个条件太大：请把关联实体的条件单独写，用 and 连接")
    where = " AND ".join(sql.text for sql in rest) or "true"
    return Wanted(frozenset(s.series.key() for s in streams), where, values, *_between(parts))


def order(orderby: list[tuple[Node, bool]], streams: Sequence[Stream], skip: int) -> list[str]:
    """The terms of ORDER BY. Errors: `Fault`."""
    if not orderby:
        return list(series.OLDEST)
    terms = []
    for node, descending in orderby:
        column = _COLUMNS.get(node.names, ("", ""))[0] if isinstance(node, Path) else ""
        if not column:
            raise not_offered("Observations 只能按自己的属性排序，如 $orderby=phenomenonTime desc")
        if node == Path(("resultTime",)) and len({s.kind for s in streams}) == 1:
            column = "time"  # the same order, and the lake is laid out by it
        terms.append(f"{column} DESC" if descending else column)
    if skip > _FURTHEST and tuple(terms) not in (series.OLDEST, series.NEWEST):
        raise unreadable(f"不按 phenomenonTime 排序时 $skip 最多 {_FURTHEST}：请用 $filter 缩小范围")
    return terms


def _of_series(node: Node) -> bool:
    """Whether an expression names something, and nothing but a value's series."""
    heads = {path.names[0] for path in _paths(node)}
    return bool(heads) and heads <= set(OBSERVATION.links)


def _paths(node: Node) -> Iterable[Path]:
    if isinstance(node, Path):
        yield node
    elif isinstance(node, Call):
        for arg in node.args:
            yield from _paths(arg)


def _holds(node: Node, stream: Stream, scene: Scene) -> bool:
    any_value = Value(stream, stream.series.first, None, "", "", "", 0, 1, False)
    return evaluate.holds(node, OBSERVATION, any_value, scene)


def _sql(node: Node, streams: Sequence[Stream], scene: Scene) -> Sql:
    if isinstance(node, Path):
        if node.names not in _COLUMNS:
            said = "请写到它的某一项，如 resultQuality/flag；关联实体的条件单独写，用 and 连接"
            raise not_offered(f"Observations 的条件里不能这样用 {'/'.join(node.names)[:80]}：{said}")
        return Sql(*_COLUMNS[node.names])
    if isinstance(node, Literal):
        return _bound(node.value)
    if not any(_paths(node)):
        return _bound(evaluate.values(node, OBSERVATION, None, scene)[0])
    if _of_series(node):
        return _listed([s for s in streams if _holds(node, s, scene)])
    args = [_sql(arg, streams, scene) for arg in node.args]
    bound = tuple(value for arg in args for value in arg.values)
    if node.name in ("and", "or", "not"):
        if any(arg.kind != YES for arg in args):
            raise unreadable(f"{node.name} 要连接条件，如 result gt 3")
        if node.name == "not":
            return Sql(f"(NOT coalesce({args[0].text}, false))", YES, bound)
        joined = f" {node.name.upper()} ".join(f"coalesce({arg.text}, false)" for arg in args)
        return Sql(f"({joined})", YES, bound)
    return _call(node.name, args, bound)


def _call(name: str, args: list[Sql], bound: tuple[Any, ...]) -> Sql:
    found = functions.find(name, len(args))
    assert found is not None
    if name in ("eq", "ne") and any(arg.text == "NULL" for arg in args):
        other = next((arg for arg in args if arg.text != "NULL"), args[0])
        return Sql(f"({other.text} IS {'NOT ' if name == 'ne' else ''}NULL)", YES, bound)
    evaluate.fits(name, found, tuple(arg.kind for arg in args))
    if found.sql is None:
        raise not_offered(f"Observations 的 $filter 不提供函数 {name}")
    return Sql(found.sql.format(*(arg.text for arg in args)), found.gives, bound)


def _bound(value: Any) -> Sql:
    kind = functions.kind(value)
    if value is None:
        return Sql("NULL", "")
    if isinstance(value, datetime):
        return Sql("?::TIMESTAMPTZ", kind, (value.isoformat(),))
    if isinstance(
        value, Decimal
    ):  # exact where the lake's own numbers are; beyond that only the order of magnitude matters
        near = abs(value) < 10**12 and value.normalize().as_tuple().exponent >= -18  # type: ignore[operator]
        return Sql("?" if near else "?::DOUBLE", kind, (value if near else float(value),))
    if kind not in (TEXT, YES):
        raise unreadable("这里要文字、数、时间或 true、false")
    return Sql("?", kind, (value,))


def _listed(streams: Sequence[Stream]) -> Sql:
    """The condition that a value is one of these series."""
    if not streams:
        return Sql("false", YES)
    marks = ", ".join("?" * len(streams))
    return Sql(
        f"((station || ':' || property || ':' || kind) IN ({marks}))", YES, tuple(s.id for s in streams)
    )


def _between(parts: Iterable[Node]) -> tuple[datetime | None, datetime | None]:
    """From when to when the values can be, by those conditions that must all hold."""
    low: datetime | None = None
    high: datetime | None = None
    for part in parts:
        if not isinstance(part, Call) or len(part.args) != 2:
            continue
        path, literal = part.args
        if (
            path == Path(("phenomenonTime",))
            and isinstance(literal, Literal)
            and isinstance(literal.value, datetime)
        ):
            when = literal.value
            if part.name in ("gt", "ge", "eq"):
                low = max(low, when) if low else when
            if part.name in ("lt", "le", "eq"):
                high = min(high, when) if high else when
    return low, high
