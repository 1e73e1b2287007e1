"""Whether a patrol was walked. Every check gives its reason in words; a doubt is for a person to decide and deletes nothing.

The thresholds are the product's own (no text of law names any). A track is a list of (time [s since 1970], lon, lat [° WGS 84],
accuracy [m]).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely.geometry import LineString

from jiuzhi.core import geo

Point = Sequence[float]
Track = Sequence[Point]
Doubt = tuple[str, str]
THINNED = 400  # points of a track that is compared with others


@dataclass(frozen=True)
class Limits:
    """``fastest``: speed kept over a minute [m/s]; ``jump``: distance between two points [m] at more than twice that speed; ``spot``: a track
    inside this radius never moved [m]; ``alike``: mean distance of two tracks that are one [m]."""

    fastest: float = 22.3  # 80 km/h: a river chief may drive along the bank
    jump: float = 500
    spot: float = 20
    fewest: int = 5
    steady: int = 10  # so many points of one and the same accuracy and not one that differs
    alike: float = 1.0
    late: float = 300  # s a phone's clock may be ahead
    photo_away: float = 500  # m
    photo_old: float = 3600  # s


# What is looked at, by the code of the doubt, as said when nothing is doubted; `work` looks at the last.
CHECKS = {
    "few": "轨迹点够多，看得出走过", "order": "各点的时间依次往后", "future": "手机时钟没有走在前面", "fast": "速度在合理范围", "jump": "轨迹没有跳跃",
    "spot": "走出了出发点", "steady": "定位精度有正常的变动", "short": "达到任务要求的时长和里程", "copied": "不与以前的轨迹重合", "duty": "巡查当天任务有效，归本人巡查",
}  # fmt: skip

LIMITS = {"河长": Limits(), "林长": Limits(fastest=16.7), "网格员": Limits(fastest=13.9), "其他": Limits()}


def length(track: Track) -> float:
    """Geodesic length of a track [m]."""
    return geo.length(LineString([(p[1], p[2]) for p in track])) if len(track) > 1 else 0.0


def doubts(
    track: Track, now: datetime, *, kind: str = "其他", minutes: int = 0, metres: int = 0, duration: float = 0,
    earlier: Iterable[Track] = (),
) -> list[Doubt]:  # fmt: skip
    """Every doubt about a track received at ``now``. ``minutes``, ``metres``: what the duty asks; ``earlier``: tracks of others or before."""
    limits = LIMITS.get(kind, Limits())
    found = [
        few(track, limits), order(track), future(track, now, limits), fast(track, limits), jumps(track, limits), spot(track, limits),
        steady(track, limits), short(track, minutes, metres, duration), copied(track, earlier, limits),
    ]  # fmt: skip
    return [d for d in found if d is not None]


def few(track: Track, limits: Limits) -> Doubt | None:
    if len(track) >= limits.fewest:
        return None
    return "few", f"轨迹只有 {len(track)} 个点，少于 {limits.fewest} 个，看不出走过"


def order(track: Track) -> Doubt | None:
    wrong = sum(b[0] <= a[0] for a, b in itertools.pairwise(track))
    return ("order", f"有 {wrong} 个点的时间不比前一个点晚") if wrong else None


def future(track: Track, now: datetime, limits: Limits) -> Doubt | None:
    if track and max(p[0] for p in track) > now.timestamp() + limits.late:
        return "future", "轨迹的时间在收到之后：手机时钟可能不准"
    return None


def _steps(track: Track) -> list[tuple[float, float]]:
    """Distance [m] and time [s] between neighbours."""
    return [(geo.distance(a[1], a[2], b[1], b[2]), b[0] - a[0]) for a, b in itertools.pairwise(track)]


def fast(track: Track, limits: Limits) -> Doubt | None:
    """Speed over windows of at least a minute, so that a single bad fix is no speeding."""
    best, way, time, start = 0.0, 0.0, 0.0, 0
    steps = _steps(track)
    for metres, seconds in steps:
        way, time = way + metres, time + max(seconds, 0)
        if time >= 60:
            best = max(best, way / time)
            while time >= 60 and start < len(steps):
                way, time, start = way - steps[start][0], time - max(steps[start][1], 0), start + 1
    if best <= limits.fastest:
        return None
    return "fast", f"最快时速 {best * 3.6:.0f} 公里，超过 {limits.fastest * 3.6:.0f} 公里"


def jumps(track: Track, limits: Limits) -> Doubt | None:
    far = [m for m, s in _steps(track) if m > limits.jump and m > 2 * limits.fastest * max(s, 0)]
    return ("jump", f"轨迹有 {len(far)} 处跳跃，最远 {max(far):.0f} 米") if far else None


def spot(track: Track, limits: Limits) -> Doubt | None:
    if len(track) < limits.fewest:
        return None
    first = track[0]
    if max(geo.distance(first[1], first[2], p[1], p[2]) for p in track) > limits.spot:
        return None
    return "spot", f"自始至终没有离开 {limits.spot:.0f} 米范围"


def steady(track: Track, limits: Limits) -> Doubt | None:
    if len(track) < limits.steady or len({p[3] for p in track}) > 1:
        return None
    return "steady", f"{len(track)} 个点的定位精度一模一样（{track[0][3]:g} 米），真实定位会变动"


def short(track: Track, minutes: int, metres: int, duration: float) -> Doubt | None:
    said = []
    if duration < minutes * 60:
        said.append(f"用时 {duration / 60:.0f} 分钟，要求 {minutes} 分钟")
    if metres and (walked := length(track)) < metres:
        said.append(f"走了 {walked:.0f} 米，要求 {metres} 米")
    return ("short", "；".join(said)) if said else None


def copied(track: Track, earlier: Iterable[Track], limits: Limits) -> Doubt | None:
    """The same shape as an earlier track, forwards or backwards: two walks of one path differ by the noise of the positioning."""
    if len(track) < limits.fewest or length(track) <= limits.spot:
        return None
    mine = _evenly(track)
    for other in earlier:
        if len(other) < limits.fewest:
            continue
        theirs = _evenly(other)
        for way in (theirs, theirs[::-1]):
            apart = sum(geo.distance(*a, *b) for a, b in zip(mine, way, strict=True)) / len(mine)
            if apart < limits.alike:
                return "copied", f"轨迹与以前的一次巡查几乎重合（平均相差 {apart:.1f} 米）"
    return None


def _evenly(track: Track, parts: int = 32) -> list[tuple[float, float]]:
    """Places at even distances along a track; of a long one every so many-th point is looked at, and its last."""
    step = -(-len(track) // THINNED)
    line = LineString([(p[1], p[2]) for p in (*track[:-1:step], track[-1])])
    points = [line.interpolate(n / parts, normalized=True) for n in range(parts + 1)]
    return [(p.x, p.y) for p in points]


def photo(
    at: datetime, place: tuple[float, float] | None, taken: datetime | None, where: tuple[float, float] | None,
    limits: Limits = LIMITS["其他"],
) -> list[Doubt]:  # fmt: skip
    """Doubts about a photo of a finding at ``at`` and ``place``, from the time and place the camera wrote."""
    found: list[Doubt] = []
    if taken is not None and (off := abs((taken - at).total_seconds())) > limits.photo_old:
        found.append(("photo_time", f"照片拍摄时间与发现时间相差 {off / 3600:.1f} 小时"))
    if place is not None and where is not None and (away := geo.distance(*place, *where)) > limits.photo_away:
        found.append(("photo_place", f"照片拍摄地点离发现地点 {away:.0f} 米"))
    return found
