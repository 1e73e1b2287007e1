"""Alarms of the shores."""

from collections.abc import Iterator
from datetime import timedelta

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look


@rule(
    "shore.change_unchecked", "岸线变化没有核查", severity="mid", cause="岸线", every="day", quiet="20-8", tells=("unit", "enforcement"),
    params={"days": (5, "发现后多少天内核查", "天")}, why="影像或巡查发现岸线性质变化，过期没有核查结论", fix="现场核查，写明属实、不属实或历史合法；属实的转整改",
    serves=["SYS-169", "SYS-171"],
)  # fmt: skip
def change_unchecked(look: Look) -> Iterator[Finding]:
    before = look.today - timedelta(days=int(look.param("days")))
    for seen in look.register("shore.observation"):
        if seen.state == "待核查" and seen.changed and seen.seen_on < before:
            yield Finding.of(
                seen,
                f"{seen.seen_on} 观测为{seen.nature}",
                value=seen.changed,
                unit="m",
                point=(seen.segment.lon, seen.segment.lat),
            )


@rule(
    "shore.unpermitted", "占用岸线没有许可", severity="high", cause="岸线", every="day", quiet="20-8", opens="rectification", grade="1",
    basis="河道管理范围内建设项目管理；许可文号以审批文件为准（单一来源）", why="岸线被占用，没有登记涉河许可文号", fix="补录许可；没有许可的责令停工、恢复原状",
    tells=("unit", "enforcement"), serves=["SYS-169", "SYS-172"],
)  # fmt: skip
def unpermitted(look: Look) -> Iterator[Finding]:
    for segment in look.register("shore.segment"):
        if (
            segment.used
            and segment.use not in ("无", "农业")
            and not segment.permit_no
            and not segment.restored_on
        ):
            yield Finding.of(
                segment, f"{segment.use}，{segment.user or segment.org}", value=segment.used, unit="m", point=(segment.lon, segment.lat)
            )  # fmt: skip
