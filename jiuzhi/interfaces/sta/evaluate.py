"""A filter worked out in Python over entities of which there are few. Values of the lake are filtered by `pushdown`.

An expression has several values where its path leads over a link to many; a comparison holds when it holds for one of them.
"""

from collections.abc import Iterable
from itertools import islice, product
from typing import Any

from shapely.errors import ShapelyError

from . import functions
from .entities import TYPES, EntityType
from .faults import Fault, not_offered, unreadable
from .functions import TIME, YES, Interval
from .query import Call, Literal, Node, Path
from .rows import Scene

IDS = ("@iot.id", "id")
_MANY = 10_000  # values a path leads to, and combinations one comparison looks at
_LOOKS = 500_000  # values all comparisons of a request look at
_HOPS = 4  # links of a path


def check(node: Node, kind: EntityType) -> None:
    """Whether every name in an expression means something at ``kind``. Errors: `Fault`, naming the first that does not."""
    if isinstance(node, Path):
        _check_path(node.names, kind)
    elif isinstance(node, Call):
        if node.name in ("and", "or", "not"):
            if node.name == "not" and len(node.args) != 1:
                raise unreadable("not 后面要一个条件")
        elif functions.find(node.name, len(node.args)) is None:
            known = node.name in functions.FUNCTIONS
            raise (
                unreadable(f"函数 {node.name} 的参数个数不对")
                if known
                else not_offered(f"不提供函数 {node.name[:40]}")
            )
        for arg in node.args:
            check(arg, kind)


def _check_path(names: tuple[str, ...], kind: EntityType, hops: int = 0) -> None:
    name, *rest = names
    if name in kind.links:
        if hops == _HOPS:
            raise unreadable(f"路径 {'/'.join(names)[:80]} 太长：最多经过 {_HOPS} 个关联")
        if not rest:
            raise unreadable(f"{name} 是关联的实体：请写到它的属性，如 {name}/@iot.id")
        target = TYPES[kind.links[name].target]
        if target.measured:
            raise not_offered(f"不能按观测值筛选{kind.name}：请在 /Observations 上筛选")
        _check_path(tuple(rest), target, hops + 1)
    elif (name not in IDS or rest) and name not in kind.properties:
        raise unreadable(f"{kind.name} 没有属性 {name[:40]}：可用 {'、'.join([IDS[0], *kind.properties])}")


def holds(node: Node, kind: EntityType, row: Any, scene: Scene) -> bool:
    """Whether a condition holds for one entity. Errors: `Fault` 400 for what cannot be compared."""
    found = values(node, kind, row, scene)
    if any(value is not None and not isinstance(value, bool) for value in found):
        raise unreadable("$filter 要一个条件，如 name eq '县城站'")
    return any(found)


def values(node: Node, kind: EntityType, row: Any, scene: Scene) -> list[Any]:
    """The values an expression has at one entity; [None] when it has none."""
    if isinstance(node, Literal):
        return [node.value]
    if isinstance(node, Path):
        return _looked(list(islice(_follow(node.names, kind, row, scene), _MANY + 1)), scene) or [None]
    if node.name == "not":
        return [not holds(node.args[0], kind, row, scene)]
    if node.name in ("and", "or"):
        every = all if node.name == "and" else any
        return [every(holds(arg, kind, row, scene) for arg in node.args)]
    given = [values(arg, kind, row, scene) for arg in node.args]
    return [apply(node.name, args) for args in _looked(list(islice(product(*given), _MANY + 1)), scene)]


def _looked(found: list[Any], scene: Scene) -> list[Any]:
    """The same, unless there are too many for an answer in time. Errors: `Fault` 400."""
    scene.looked += len(found)
    if len(found) > _MANY or scene.looked > _LOOKS:
        raise unreadable("这个条件要逐个比较的实体太多：请少经过几个关联，或写得更具体")
    return found


def _follow(names: tuple[str, ...], kind: EntityType, row: Any, scene: Scene) -> Iterable[Any]:
    name, *rest = names
    if name in IDS:
        yield kind.key(row)
    elif name in kind.properties:
        value = kind.properties[name](row, scene)
        for inner in rest:
            value = value.get(inner) if isinstance(value, dict) else None
        yield value
    else:
        link = kind.links[name]
        for other in link.of(row, scene):
            yield from _follow(tuple(rest), TYPES[link.target], other, scene)


def apply(name: str, args: tuple[Any, ...]) -> Any:
    """One operator or function on plain values. null stays null, except that it can be compared for being null."""
    found = functions.find(name, len(args))
    assert found is not None
    if name in ("eq", "ne") and None in args:
        return (args[0] is args[1]) == (name == "eq")
    if None in args:
        return False if found.gives == YES else None
    fits(name, found, tuple(map(functions.kind, args)))
    try:
        return found.work(*map(functions.simple, args))
    except (ArithmeticError, ShapelyError, TypeError, AttributeError, ValueError) as error:
        raise unreadable(f"{name} 算不出来：请核对其中的值") from error


def fits(name: str, found: functions.Function, kinds: tuple[str, ...]) -> None:
    """Whether values of these kinds can be given to a function. Errors: `Fault` 400."""
    if name in functions.COMPARISONS:
        if unlike := functions.first_unlike(kinds):
            hint = "：时间不加引号" if TIME in unlike else ""
            raise unreadable(f"{name} 两边一个是{unlike[0]}、一个是{unlike[1]}，不能比较{hint}")
        return
    for wanted, given in zip(found.takes, kinds, strict=True):
        if given and given != wanted:
            raise unreadable(f"{name} 要{wanted}，给的是{given}")


def order_key(value: Any) -> tuple[int, Any]:
    """Where a value stands in an order: null first."""
    if value is None:
        return (0, 0)
    if isinstance(value, dict):
        raise unreadable("$orderby 不能按整个对象排序：请写到其中一项")
    return (1, value.start if isinstance(value, Interval) else value)


def ordered(listed: list[Any], orderby: list[tuple[Node, bool]], kind: EntityType, scene: Scene) -> list[Any]:
    """Rows in the order asked for, and by id among equals."""
    found = sorted(listed, key=kind.key)
    for node, descending in reversed(orderby):
        try:
            found.sort(key=lambda row, n=node: order_key(values(n, kind, row, scene)[0]), reverse=descending)  # type: ignore[misc]
        except TypeError as error:
            raise Fault(400, "$orderby 的这一项有不同类型的值，排不出先后") from error
    return found
