"""What is asked for, as a small tree: query options, and the expressions of $filter and $orderby. `reader` makes it from text."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

TOP = 100  # entities on a page, unless told


class Literal(NamedTuple):
    """Text, Decimal, bool, datetime (UTC), geometry, or None for null."""

    value: Any


class Path(NamedTuple):
    """``Datastream/Thing/name``"""

    names: tuple[str, ...]


class Call(NamedTuple):
    """A function or an operator: ``and or`` (of any number), ``not eq ne gt ge lt le add sub mul div mod``, ``substringof`` …"""

    name: str
    args: tuple["Node", ...]


Node = Literal | Path | Call


@dataclass
class Options:
    """The query options of a collection, or of one expanded in another. ``orderby``: (expression, descending)."""

    filter: Node | None = None
    orderby: list[tuple[Node, bool]] = field(default_factory=list)
    select: list[Path] = field(default_factory=list)
    expand: dict[str, "Options"] = field(default_factory=dict)
    top: int = TOP
    skip: int = 0
    count: bool = False
    form: str = ""  # resultFormat
    texts: dict[str, str] = field(default_factory=dict)  # each option as it was written


def written(options: Options, skip: int) -> dict[str, str]:
    """The options of a collection as an address writes them, to go on after ``skip`` entities."""
    found = {n: t for n, t in options.texts.items() if n not in ("$skip", "$expand")}
    if options.expand:
        found["$expand"] = ",".join(_expanded(name, inner) for name, inner in options.expand.items())
    return found | {"$skip": str(skip)} if skip else found


def _expanded(name: str, options: Options) -> str:
    inner = ";".join(f"{n}={t}" for n, t in written(options, options.skip).items())
    return f"{name}({inner})" if inner else name
