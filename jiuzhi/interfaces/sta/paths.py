"""Where an address leads: ``/Things('A1')/Datastreams``, ``/Things('A1')/name/$value``, ``/Datastreams/$ref``."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .entities import SETS, TYPES, EntityType
from .evaluate import IDS
from .faults import Fault, absent
from .rows import Scene

_STEP = re.compile(
    r"/(?P<name>[@$]?\w[\w.]*)(?:\((?:'(?P<key>(?:[^']|'')*)'|(?P<bare>[^'()/]*))\))?", re.ASCII
)
_STEPS = 40


@dataclass
class Place:
    """``many``: the rows at ``found`` are a collection of ``kind`` (streams, for Observations); else ``found`` is one row.
    ``inner``: names of a property within it; ``end``: "", "$ref" or "$value"."""

    kind: EntityType
    found: Any
    many: bool
    inner: list[str] = field(default_factory=list)
    end: str = ""


def address(kind: EntityType, key: str) -> str:
    """``Things('A1')`` with what an address cannot hold encoded."""
    return f"{kind.plural}('{quote(key.replace(chr(39), chr(39) * 2), safe='')}')"


def find(path: str, scene: Scene) -> Place:
    """What ``path`` below the service's address names. Errors: `Fault` 404."""
    steps = _steps(path)
    name, key = steps.pop(0)
    if name not in SETS:
        raise absent(f"没有实体集 {name}：可用 {'、'.join(SETS)}")
    kind = SETS[name]
    place = _at(Place(kind, kind.all(scene), True), name, key, scene)
    for name, key in steps:
        if place.end:
            raise absent(f"{place.end} 后面不能再有路径")
        place = _next(place, name, key, scene)
    return place


def _steps(path: str) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    at, path = 0, path.rstrip("/")
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or len(found) == _STEPS:
            raise absent("地址读不懂：应如 /Things('编码')/Datastreams，编码中的单引号写两个")
        key = step["bare"] if step["key"] is None else step["key"].replace("''", "'")
        found.append((step["name"], key))
        at = step.end()
    return found


def _at(place: Place, name: str, key: str | None, scene: Scene) -> Place:
    """The collection itself, or the one of it with that id."""
    if key is None:
        return place
    if not place.many:
        raise absent(f"{name} 只有一个：不写括号里的编码")
    if place.kind.measured:
        row = scene.find_value(place.found, key)
    else:
        row = next((row for row in place.found if place.kind.key(row) == key), None)
    if row is None:
        raise absent(f"没有编码为“{key[:80]}”的 {place.kind.name}，或您没有查看它的权限")
    return Place(place.kind, row, False)


def _next(place: Place, name: str, key: str | None, scene: Scene) -> Place:
    kind = place.kind
    if name in ("$ref", "$value") and key is None:
        if (name == "$value") != bool(place.inner):
            raise absent("$ref 跟在实体或实体集后面，$value 跟在属性后面")
        place.end = name
        return place
    if place.many:
        raise absent(f"{kind.plural} 后面要先写编码，如 {kind.plural}('编码')/{name}")
    if place.inner or ((name in kind.properties or name in IDS) and key is None):
        place.inner.append(name)
        return place
    if name not in kind.links:
        raise absent(f"{kind.name} 没有属性或关联 {name}：可用 {'、'.join([*kind.properties, *kind.links])}")
    link = kind.links[name]
    rows = link.of(place.found, scene)
    if link.many:
        return _at(Place(TYPES[link.target], rows, True), name, key, scene)
    if not rows or key is not None:
        raise absent(f"{name} 没有这一个")
    return Place(TYPES[link.target], rows[0], False)


def value_at(place: Place, scene: Scene) -> Any:
    """The property an address names; None when it is empty. Errors: `Fault` 404 for a name that is not in it."""
    name, *rest = place.inner
    if name in IDS:
        value: Any = place.kind.key(place.found)
    else:
        value = place.kind.properties[name](place.found, scene)
    for inner in rest:
        if not isinstance(value, dict) or inner not in value:
            raise Fault(404, f"{name} 里没有 {inner}")
        value = value[inner]
    return value
