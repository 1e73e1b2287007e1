"""What a phone may send: every field is looked at before it is believed. Errors: ``ValidationError`` with one sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from jiuzhi.core import files

POINTS = 20_000  # five hours at one point a second
PHOTOS = 6
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
LONGEST = 2 * 86400  # s
KINDS = ("垃圾", "污水直排", "乱占", "乱采", "乱堆", "乱建", "毁林", "焚烧", "扬尘", "病虫害", "其他")


@dataclass(frozen=True)
class GotPatrol:
    uuid: UUID
    duty: int
    started: datetime
    ended: datetime
    track: list[list[float]]
    note: str


@dataclass(frozen=True)
class GotFinding:
    uuid: UUID
    patrol: UUID | None
    duty: int
    kind: str
    words: str
    at: datetime
    place: tuple[Decimal, Decimal] | None


def fields(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ValidationError("内容不是一条记录：请更新手机页面后重传。")
    return given


def whole(value: Any, name: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValidationError(f"{name}要是 {low} 到 {high} 的整数。")
    return value


def number(value: Any, name: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValidationError(f"{name}不是数字。")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found) or not low <= found <= high:
        raise ValidationError(f"{name}超出范围（{low:g} 到 {high:g}）。")
    return found


def identity(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValidationError("编号不是 UUID：请更新手机页面后重传。") from error


def words(value: Any, name: str, longest: int) -> str:
    if not isinstance(value, str):
        raise ValidationError(f"{name}不是文字。")
    found = files.printable(value).strip()
    if len(found) > longest:
        raise ValidationError(f"{name}超过 {longest} 字：请写短一些。")
    return found


def moment(value: Any, name: str, now: datetime) -> datetime:
    """Seconds since 1970; up to a day ahead is taken as a clock that is wrong, and doubted elsewhere."""
    return datetime.fromtimestamp(number(value, name, EARLIEST, now.timestamp() + 86400), UTC)


def track(value: Any, now: datetime) -> list[list[float]]:
    if not isinstance(value, list):
        raise ValidationError("轨迹不是一列点。")
    if len(value) > POINTS:
        raise ValidationError(f"轨迹有 {len(value)} 个点，最多 {POINTS} 个：请分段巡查。")
    found = []
    for n, point in enumerate(value, 1):
        if not isinstance(point, list) or len(point) != 4:
            raise ValidationError(f"轨迹第 {n} 个点要有时间、经度、纬度、精度四个数。")
        limits = ((EARLIEST, now.timestamp() + 86400), (73, 136), (3, 54), (0, 100_000))
        names = ("时间", "经度", "纬度", "精度")
        found.append([
            number(x, f"轨迹第 {n} 个点的{name}", *limit) for x, name, limit in zip(point, names, limits, strict=True)
        ])  # fmt: skip
    return found


def patrol(given: Any, now: datetime) -> GotPatrol:
    given = fields(given)
    started, ended = (
        moment(given.get("started"), "开始时间", now),
        moment(given.get("ended"), "结束时间", now),
    )
    if not 0 <= (ended - started).total_seconds() <= LONGEST:
        raise ValidationError("结束时间要在开始时间之后两天以内。")
    return GotPatrol(
        identity(given.get("uuid")), given.get("duty"), started, ended, track(given.get("track"), now),
        words(given.get("note", ""), "备注", 500),
    )  # type: ignore[arg-type]  # fmt: skip


def finding(given: Any, now: datetime) -> GotFinding:
    given = fields(given)
    if given.get("kind") not in KINDS:
        raise ValidationError(f"类型请选：{'、'.join(KINDS)}。")
    said = words(given.get("words"), "情况", 500)
    if not said:
        raise ValidationError("请用一句话写明发现了什么。")
    place = None
    if given.get("lon") is not None or given.get("lat") is not None:
        lon, lat = number(given.get("lon"), "经度", 73, 136), number(given.get("lat"), "纬度", 3, 54)
        place = Decimal(f"{lon:.6f}"), Decimal(f"{lat:.6f}")
    walked = given.get("patrol")
    return GotFinding(
        identity(given.get("uuid")), identity(walked) if walked is not None else None, given.get("duty"), given["kind"], said,
        moment(given.get("at"), "发现时间", now), place,
    )  # type: ignore[arg-type]  # fmt: skip


def photos(given: list[Any]) -> list[Any]:
    if len(given) > PHOTOS:
        raise ValidationError(f"一次最多 {PHOTOS} 张照片。")
    return given
