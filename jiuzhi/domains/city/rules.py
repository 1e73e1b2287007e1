"""Alarms of the towns: noise."""

from collections.abc import Iterator
from decimal import Decimal

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look


@rule(
    "city.noise_exceeds", "功能区噪声超标", severity="mid", cause="噪声", every="day", quiet="20-8", standard="GB 3096-2008", basis="表 1",
    grade="T", why="最近一期等效声级超过功能区限值", fix="核对监测条件，排查交通、施工、社会生活噪声源", serves=["SYS-105", "SYS-106"],
)  # fmt: skip
def noise_exceeds(look: Look) -> Iterator[Finding]:
    newest = {}
    for test in look.register("city.noisetest"):
        key = (test.area_id, test.point)
        newest[key] = max((newest.get(key, test), test), key=lambda t: t.period)
    for test in newest.values():
        for word, level, limit in (
            ("昼间", test.day_level, test.area.day_limit),
            ("夜间", test.night_level, test.area.night_limit),
        ):
            if level is not None and limit is not None and level > limit:
                yield Finding(
                    f"record:city.noisetest:{test.area_id}:{test.point}:{word}", f"{test.area} {test.point} {word}", test.period,
                    value=level, limit=Decimal(limit), unit="dB(A)", org=test.org, place=f"{test.area} {test.point}", point=(test.lon, test.lat),
                    rows=[{"record": ["city.noisetest", test.pk]}], synthetic=test.synthetic,
                )  # fmt: skip
