"""Rules that belong to no domain: of instruments, of commitments, of reporting."""

from __future__ import annotations

from collections.abc import Iterator

from .declare import Finding, rule
from .look import Look


@rule(
    "observe.device_offline", "监测设备离线", severity="low", cause="设备", every="minute", fire=2, clear=1, quiet="22-7",
    why="超过三倍上报间隔没有收到报文", fix="核对供电、网络和数采仪；检修请把设备状态改为检修", tells=("monitoring", "unit"),
    serves=["SYS-033", "SYS-038"],
)  # fmt: skip
def device_offline(look: Look) -> Iterator[Finding]:
    for device, known, state in look.devices:
        if state is None or state.offline(known, look.now):
            last = state.last_at if state else None
            yield Finding(
                f"device:{device.code}", device.name, f"最近报文 {last:%m-%d %H:%M}（UTC）" if last else "登记后没有收到过报文",
                org=device.org, station=device.station.code if device.station else "", synthetic=device.synthetic,
                rows=[{"record": ["master.device", device.pk]}],
            )  # fmt: skip


@rule(
    "plan.badly_late", "承诺严重滞后", severity="high", cause="承诺", every="day", quiet="20-8", tells=("unit", "plan_officer", "leader"),
    why="按现有进度到目标年不能完成", fix="到承诺页看原因，报送补救措施或更新数据", opens="rectification",
    serves=["SYS-001"],
)  # fmt: skip
def badly_late(look: Look) -> Iterator[Finding]:
    for judgement in look.judgements:
        promise = judgement.commitment
        if judgement.state == judgement.State.BADLY_LATE:
            yield Finding(
                f"commitment:{promise.code}", promise.name, judgement.reason, value=judgement.value, limit=promise.value,
                unit=promise.unit[:20], org=promise.owner or look.county, basis=judgement.edition,
                rows=[{"commitment": promise.pk}], synthetic=judgement.synthetic,
            )  # fmt: skip
