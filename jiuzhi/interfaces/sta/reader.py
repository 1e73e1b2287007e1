"""Reads query options of OData as SensorThings uses them (OGC 18-088, clause 9.3).

A tokenizer and a recursive descent; whatever the text, there comes out a tree or a `Fault`. Nothing here knows entities.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from shapely import from_wkt
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from .faults import not_offered, unreadable
from .query import Call, Literal, Node, Options, Path

MOST = 1000  # entities on a page, whatever was asked for
EXPANSIONS = 4  # Locations → Things → Datastreams → Observations → FeatureOfInterest
_LONGEST, _DEEPEST, _DIGITS = 8000, 30, 40
_PLAIN = re.compile(r"\s*(SRID=4326;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON)\b", re.IGNORECASE)


class Token(NamedTuple):
    kind: str
    text: str
    at: int


_TOKENS = re.compile(
    r"""
    (?P<blank>\s+)
  | (?P<geo>geography'[^']*'|geometry'[^']*')
  | (?P<text>'(?:[^']|'')*')
  | (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]{5,18}(?:Z|[+\ -][0-9]{2}:?[0-9]{2})?)?)
  | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[@$]?[^\W\d](?:[\w.]*\w)?)
  | (?P<sign>[(),/;=*-])
    """,
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "null": None}
_COMPARE, _SUM, _PRODUCT = ("eq", "ne", "gt", "ge", "lt", "le"), ("add", "sub"), ("mul", "div", "mod")


def parse(given: dict[str, str]) -> Options:
    """The options of an address: ``{"$filter": "…", …}``. Errors: `Fault`, naming the option."""
    found = Options()
    for name, text in given.items():
        reader = Reader(name, text)
        reader.option(name, found, 0)
        reader.end()
    return found


class Reader:
    """Reads one option's text from left to right."""

    def __init__(self, option: str, text: str) -> None:
        self.of, self.text = option, text
        if len(text) > _LONGEST:
            raise unreadable(f"{option} 有 {len(text)} 个字符，最多 {_LONGEST} 个：请缩短")
        self.tokens: list[Token] = []
        at = 0
        while at < len(text):
            found = _TOKENS.match(text, at)
            if found is None:
                raise unreadable(f"{option} 第 {at + 1} 个字符“{text[at]}”读不懂：请核对引号和符号")
            if found.lastgroup != "blank":
                self.tokens.append(Token(str(found.lastgroup), found[0], at))
            at = found.end()
        self.tokens.append(Token("end", "", at))
        self.at = self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def fault(self, wanted: str) -> Exception:
        seen = f"“{self.next.text[:40]}”" if self.next.text else "结尾"
        return unreadable(f"{self.of} 第 {self.next.at + 1} 个字符处是{seen}，这里要{wanted}")

    def take(self, kind: str, wanted: str) -> str:
        if self.next.kind != kind:
            raise self.fault(wanted)
        self.at += 1
        return self.tokens[self.at - 1].text

    def sign(self, sign: str) -> bool:
        """Whether ``sign`` stands here; then it is passed."""
        there = self.next.kind == "sign" and self.next.text == sign
        self.at += there
        return there

    def need(self, sign: str) -> None:
        if not self.sign(sign):
            raise self.fault(f" {sign}")

    def end(self) -> None:
        if self.next.kind != "end":
            raise self.fault("结尾")

    # The options

    def option(self, name: str, into: Options, level: int) -> None:
        if name in into.texts:
            raise unreadable(f"{name} 写了两次：请只写一次")
        begin = self.next.at
        if name == "$filter":
            into.filter = self.expression()
        elif name == "$orderby":
            into.orderby = self._several(self._order)
        elif name == "$select":
            into.select = self._several(self._path)
        elif name == "$expand":
            self._several(lambda: self._expand(into, level + 1))
        elif name == "$top":
            into.top = min(self._whole(), MOST)
        elif name == "$skip":
            into.skip = self._whole()
        elif name == "$count":
            into.count = self._yes()
        elif name in ("resultFormat", "$resultFormat") and not level:
            into.form = self.take("name", " dataArray")
        else:
            raise not_offered(f"不提供查询选项 {name[:40]}：请看文档中列出的选项")
        into.texts[name] = self.text[begin : self.next.at].strip()

    def _several(self, one: Callable[[], Any]) -> list[Any]:
        found = [one()]
        while self.sign(","):
            found.append(one())
        return found

    def _order(self) -> tuple[Node, bool]:
        by = self.expression()
        descending = False
        if self.next.kind == "name" and self.next.text.lower() in ("asc", "desc"):
            descending = self.take("name", "").lower() == "desc"
        return by, descending

    def _path(self) -> Path:
        names = [self.take("name", "名称")]
        while self.sign("/"):
            names.append(self.take("name", "名称"))
        return Path(tuple(names))

    def _expand(self, into: Options, level: int) -> None:
        """``Things/Datastreams($top=5;$expand=…)``: nested options go to the last name."""
        for name in self._path().names:
            if level > EXPANSIONS:
                raise unreadable(f"$expand 超过 {EXPANSIONS} 层：请减少层数，分几次查询")
            into, level = into.expand.setdefault(name, Options()), level + 1
        if self.sign("("):
            while True:
                name = self.take("name", "查询选项，如 $top=5")
                self.need("=")
                self.option(name, into, level - 1)
                if not self.sign(";"):
                    break
            self.need(")")

    def _whole(self) -> int:
        text = self.take("number", "不小于 0 的整数")
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            self.at -= 1
            raise self.fault("不小于 0 的整数")
        return int(text)

    def _yes(self) -> bool:
        if self.next.text not in ("true", "false"):
            raise self.fault(" true 或 false")
        return self.take("name", "") == "true"

    # Expressions, loosest binding first

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise unreadable(f"{self.of} 的括号套得太深：最多 {_DEEPEST} 层")
        found = self._joined("or", lambda: self._joined("and", self._comparison))
        self.depth -= 1
        return found

    def _joined(self, word: str, operand: Callable[[], Node]) -> Node:
        found = [operand()]
        while self.next.kind == "name" and self.next.text == word:
            self.at += 1
            found.append(operand())
        return Call(word, tuple(found)) if len(found) > 1 else found[0]

    def _left(self, operators: tuple[str, ...], operand: Callable[[], Node]) -> Node:
        found, length = operand(), 0
        while self.next.kind == "name" and self.next.text in operators:
            name, length = self.take("name", ""), length + 1
            if length > _DEEPEST:
                raise unreadable(f"{self.of} 的算式太长：最多 {_DEEPEST} 步")
            found = Call(name, (found, operand()))
        return found

    def _comparison(self) -> Node:
        if self.next == ("name", "not", self.next.at):
            self.at += 1
            return Call("not", (self._nested(self._comparison),))
        return self._left(_COMPARE, self._sum)

    def _sum(self) -> Node:
        return self._left(_SUM, lambda: self._left(_PRODUCT, self._signed))

    def _signed(self) -> Node:
        if self.sign("-"):
            return Call("sub", (Literal(Decimal(0)), self._nested(self._signed)))
        return self._primary()

    def _nested(self, one: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise unreadable(f"{self.of} 套得太深：最多 {_DEEPEST} 层")
        found = one()
        self.depth -= 1
        return found

    def _primary(self) -> Node:
        kind, text, _at = self.next
        if self.sign("("):
            found = self.expression()
            self.need(")")
            return found
        if kind == "name":
            following = self.tokens[self.at + 1]
            if text in _WORDS and following.text != "/":
                self.at += 1
                return Literal(_WORDS[text])
            if following == ("sign", "(", following.at):
                self.at += 2
                args = () if self.sign(")") else self._arguments()
                return Call(text, args)
            return self._path()
        readers: dict[str, Callable[[str], Any]] = {
            "text": lambda t: t[1:-1].replace("''", "'"), "number": self._number, "time": self._time, "geo": self._geometry,
        }  # fmt: skip
        if kind not in readers:
            raise self.fault("属性名、函数或值")
        value = readers[kind](text)
        self.at += 1
        return Literal(value)

    def _arguments(self) -> tuple[Node, ...]:
        found = tuple(self._several(self.expression))
        self.need(")")
        return found

    def _number(self, text: str) -> Decimal:
        value = Decimal(text) if len(text) <= _DIGITS else Decimal("NaN")
        if not value.is_finite() or abs(value.adjusted()) > _DIGITS:
            raise self.fault("不超过 40 位的数")
        return value

    def _time(self, text: str) -> datetime:
        """A time without zone is UTC. A plus sign that the address has turned into a blank is still one."""
        try:
            found = datetime.fromisoformat(text.replace(" ", "+"))
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.fault("时间，如 2026-01-31T08:00:00Z") from None

    def _geometry(self, text: str) -> BaseGeometry:
        """``geography'POLYGON((…))'``. Only plain geometries are read: nested collections would take the reader's stack down."""
        wkt = text[text.index("'") + 1 : -1]
        try:
            if not _PLAIN.match(wkt):
                raise ValueError(wkt[:40])
            return from_wkt(wkt.split(";")[-1])
        except (ShapelyError, ValueError):
            raise self.fault("图形，如 geography'POLYGON((108 31, 109 31, 109 32, 108 31))'") from None
