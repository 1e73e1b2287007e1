"""Alarms of the air domain: polluted days and what burns in the open."""

from collections.abc import Iterator
from datetime import date, timedelta

from shapely import Point, wkt

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look

# 2024 national frame, two sources: (level, days in a row, daily AQI strictly above); any one is enough. A county's own plan prevails.
_FRAME = ((2, 1, 200), (2, 2, 150), (3, 2, 200), (3, 3, 150))
_RED = (3, 200, 300)  # three days above 200, of which one above 300


def level_of(days: list[int]) -> int:
    """The level (0, 2 黄, 3 橙, 4 红) of daily AQI, oldest first, the last day being today's. Source: 2024 frame, see `_FRAME`."""
    reached = [
        level for level, long, above in _FRAME if len(days) >= long and all(v > above for v in days[-long:])
    ]
    long, above, peak = _RED
    if len(days) >= long and all(v > above for v in days[-long:]) and any(v > peak for v in days[-long:]):
        reached.append(4)
    return max(reached, default=0)


@rule(
    "air.warning_suggest", "重污染天气达到预警条件", severity="high", cause="重污染天气", every="hour", grade="2",
    basis="2024 年国家重污染天气预警分级；县应急预案另有规定的从其规定", why="日 AQI 达到预警启动条件，首要污染物为颗粒物",
    fix="会商，按县应急预案报批启动相应级别；由人批准发布", tells=("monitoring", "duty", "leader"), serves=["SYS-093", "SYS-095"],
)  # fmt: skip
def warning_suggest(look: Look) -> Iterator[Finding]:
    first = look.today - timedelta(days=3)
    rows = [
        r
        for r in look.table("air_day", station=look.county.code)
        if first <= r["day"] <= look.today and r["aqi"] is not None
    ]
    run = _unbroken(rows)
    level = level_of([r["aqi"] for r in run]) if run and _particles(run[-1]["primary"]) else 0
    if level:
        last = run[-1]
        yield Finding(
            f"county:{look.county.code}:heavy", look.county.name, f"{last['day']} 日 AQI {last['aqi']}，首要污染物 {last['primary']}",
            value=last["aqi"], level=level, rows=[{"table": ["air_day", {"station": look.county.code}]}], synthetic=last["synthetic"],
        )  # fmt: skip


def _unbroken(rows: list[dict]) -> list[dict]:
    """The rows of the last days without a gap; yesterday's or today's must be the last."""
    run: list[dict] = []
    for row in rows:
        run = [*run, row] if run and row["day"] - run[-1]["day"] == timedelta(days=1) else [row]
    return run


def _particles(primary: str | None) -> bool:
    return any(item in (primary or "") for item in ("PM2.5", "PM10"))


@rule(
    "air.aqi_jump", "AQI 陡升", severity="mid", cause="空气质量", every="day", quiet="22-7", params={"rise": (50, "一天升高多少", "")},
    why="日 AQI 比前一天升高很多", fix="看小时变化和风向，排查本地燃放、焚烧、工地", tells=("monitoring",), serves=["SYS-046"],
)  # fmt: skip
def aqi_jump(look: Look) -> Iterator[Finding]:
    rows = [
        r
        for r in look.table("air_day", station=look.county.code)
        if r["day"] < look.today and r["aqi"] is not None
    ]
    run = _unbroken(rows[-2:])
    if (
        len(run) == 2
        and look.today - run[1]["day"] == timedelta(days=1)
        and run[1]["aqi"] - run[0]["aqi"] >= look.param("rise")
    ):
        yield Finding(
            f"county:{look.county.code}:jump:{run[1]['day']}", look.county.name, f"{run[0]['aqi']} → {run[1]['aqi']}", value=run[1]["aqi"],
            rows=[{"table": ["air_day", {"station": look.county.code}]}], synthetic=run[1]["synthetic"],
        )  # fmt: skip


@rule(
    "air.fire_in_ban_zone", "禁烧区内有火点", severity="high", cause="露天焚烧", every="minute", opens="patrol_finding",
    basis="大气污染防治法及本县通告；区域按火点当日有效的一版", why="秸秆禁烧区内发现火点（卫星低置信度的不报），尚未核销", fix="派网格员到场核实、扑灭，登记原因和当事人",
    tells=("unit", "enforcement", "duty"), serves=["SYS-088", "SYS-089"],
)  # fmt: skip
def fire_in_ban_zone(look: Look) -> Iterator[Finding]:
    zones = [
        (z, wkt.loads(z.shape)) for z in look.register("air.banzone") if z.kind == "秸秆禁烧区" and z.shape
    ]
    for fire in look.register("air.burnpoint"):
        if (
            fire.state in ("核销", "误报")
            or fire.confidence == "低"
            or fire.lon is None
            or look.today - fire.seen_on > timedelta(days=30)
        ):
            continue
        zone = next(
            (z for z, shape in zones if _held(z, fire.seen_on) and shape.covers(Point(fire.lon, fire.lat))),
            None,
        )
        if zone is not None:
            yield Finding.of(
                fire, f"{fire.seen_on} {fire.seen_at}，在秸秆禁烧区“{zone.name}”内", point=(fire.lon, fire.lat), rows=[{"record": ["air.burnpoint", fire.pk]}, {"record": ["air.banzone", zone.pk]}],
            )  # fmt: skip


def _held(zone: object, day: date) -> bool:
    return zone.valid_from <= day and (zone.valid_to is None or day <= zone.valid_to)  # type: ignore[attr-defined]
