"""Entities as JSON: what is selected, what is expanded, page by page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import duckdb

from jiuzhi.engine.observe import series

from . import evaluate, paths, pushdown
from .entities import TYPES, EntityType
from .evaluate import IDS
from .faults import not_offered, unreadable
from .functions import Interval
from .query import Options, written
from .rows import Scene

WORK = 10_000  # entities an answer is made of; a page that would need more ends early and has a next one
_ASKED = 100  # what it counts to ask the lake once


class Found(NamedTuple):
    rows: list[Any]
    total: int | None
    more: bool


def plain(value: Any) -> Any:
    """A property as JSON holds it: times in ISO 8601, periods with a slash."""
    if isinstance(value, Interval):
        return f"{plain(value.start)}/{plain(value.end)}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def check(options: Options, kind: EntityType) -> None:
    """Whether all that is asked for means something at ``kind``, also where nothing is found. Errors: `Fault`."""
    for node in [options.filter, *(node for node, _ in options.orderby)]:
        if node is not None:
            evaluate.check(node, kind)
    names = [*IDS, "@iot.selfLink", *kind.properties, *kind.links]
    for path in options.select:
        if path.names[0] not in names:
            raise unreadable(f"$select：{kind.name} 没有 {path.names[0][:40]}，可用 {'、'.join(names)}")
    if options.form and options.expand:
        raise not_offered("resultFormat=dataArray 不能同时用 $expand")
    for name, inner in options.expand.items():
        if name not in kind.links:
            raise unreadable(f"$expand：{kind.name} 没有关联 {name[:40]}，可用 {'、'.join(kind.links)}")
        check(inner, TYPES[kind.links[name].target])


class Answer:
    """One answer to one asker. ``base``: the service's address, without a slash at its end."""

    def __init__(self, base: str, scene: Scene) -> None:
        self.base, self.scene = base, scene
        self.work = WORK

    def link(self, kind: EntityType, row: Any) -> str:
        return f"{self.base}/{paths.address(kind, kind.key(row))}"

    def collection(
        self, kind: EntityType, listed: Sequence[Any], options: Options, address: str
    ) -> dict[str, Any]:
        """A page: ``value``, the count where asked, and the address of the next page where there is one."""
        found = self.select(kind, listed, options)
        made: list[Any] = []
        for row in found.rows:
            if made and self.work <= 0:
                break
            made.append(self.entity(kind, row, options))
        return self._paged({"value": made}, found, len(made), options, address)

    def references(
        self, kind: EntityType, listed: Sequence[Any], options: Options, address: str
    ) -> dict[str, Any]:
        """A page of addresses alone."""
        found = self.select(kind, listed, options)
        made = [{"@iot.selfLink": self.link(kind, row)} for row in found.rows]
        return self._paged({"value": made}, found, len(made), options, address)

    def arrays(
        self, kind: EntityType, listed: Sequence[Any], options: Options, address: str
    ) -> dict[str, Any]:
        """A page of Observations as tables, one per Datastream (``resultFormat=dataArray``)."""
        known = ["id", *kind.properties]
        asked = ["id" if path.names[0] in IDS else path.names[0] for path in options.select]
        names = [name for name in known if name in asked] or known
        found = self.select(kind, listed, options)
        tables: dict[str, list[Any]] = {}
        for row in found.rows:
            cells = [
                kind.key(row) if n == "id" else plain(kind.properties[n](row, self.scene)) for n in names
            ]
            tables.setdefault(self.link(TYPES["Datastream"], row.stream), []).append(cells)
        made = [
            {
                "Datastream@iot.navigationLink": stream,
                "components": names,
                "dataArray@iot.count": len(rows),
                "dataArray": rows,
            }
            for stream, rows in tables.items()
        ]
        return self._paged({"value": made}, found, len(found.rows), options, address)

    def _paged(
        self, made: dict[str, Any], found: Found, shown: int, options: Options, address: str
    ) -> dict[str, Any]:
        head: dict[str, Any] = {}
        if found.total is not None:
            head["@iot.count"] = found.total
        if options.top and (found.more or shown < len(found.rows)):
            query = written(options, options.skip + shown)
            head["@iot.nextLink"] = f"{address}?{urlencode(query, quote_via=quote, safe='$,()=;/:@')}"
        return head | made

    def select(self, kind: EntityType, listed: Sequence[Any], options: Options) -> Found:
        """The rows of a page, and whether more follow. Errors: `Fault`."""
        if kind.measured:
            return self._from_lake(listed, options)
        rows = list(listed)
        if options.filter is not None:
            rows = [row for row in rows if evaluate.holds(options.filter, kind, row, self.scene)]
        rows = evaluate.ordered(rows, options.orderby, kind, self.scene)
        page = rows[options.skip : options.skip + options.top]
        return Found(page, len(rows) if options.count else None, len(rows) > options.skip + options.top)

    def _from_lake(self, streams: Sequence[Any], options: Options) -> Found:
        self.work -= _ASKED
        wanted = pushdown.wanted(options.filter, streams, self.scene)
        order = pushdown.order(options.orderby, streams, options.skip)
        try:
            page = series.page(wanted, order=order, skip=options.skip, top=options.top, count=options.count)
        except (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError) as error:
            raise unreadable("$filter 算不出来：数太大，或类型不合") from error
        return Found([self.scene.value(row) for row in page.rows], page.total, page.more)

    def entity(self, kind: EntityType, row: Any, options: Options) -> dict[str, Any]:
        """One entity. With $select only what is selected, and what is expanded."""
        self.work -= 1
        chosen = {path.names[0] for path in options.select}
        found: dict[str, Any] = {}
        if not chosen or chosen & set(IDS):
            found["@iot.id"] = kind.key(row)
        if not chosen or "@iot.selfLink" in chosen:
            found["@iot.selfLink"] = self.link(kind, row)
        for name, of in kind.properties.items():
            if (not chosen or name in chosen) and (value := plain(of(row, self.scene))) is not None:
                found[name] = value
        for name in kind.links:
            if name in options.expand:
                found |= self._expanded(kind, row, name, options.expand[name])
            elif not chosen or name in chosen:
                found[f"{name}@iot.navigationLink"] = f"{self.link(kind, row)}/{name}"
        return found

    def _expanded(self, kind: EntityType, row: Any, name: str, options: Options) -> dict[str, Any]:
        link = kind.links[name]
        target = TYPES[link.target]
        rows = link.of(row, self.scene)
        if not link.many:
            return {name: self.entity(target, rows[0], options) if rows else None}
        page = self.collection(target, rows, options, f"{self.link(kind, row)}/{name}")
        return {
            name: page["value"],
            **{f"{name}{key}": page[key] for key in ("@iot.count", "@iot.nextLink") if key in page},
        }
