"""Rules that belong to no domain: of instruments, of commitments, of reporting, of patrols."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from jiuzhi.core import periods, registers
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, ReportingPeriod
from jiuzhi.engine.observe import reported
from jiuzhi.engine.observe.quality import capture
from jiuzhi.engine.patrol import rate
from jiuzhi.engine.patrol.models import Patrol
from jiuzhi.engine.plan.duties import OVERDUE

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
                f"device:{device.code}", device.name, f"最近报文 {last.astimezone(LOCAL):%m-%d %H:%M}" if last else "登记后没有收到过报文",
                org=device.org, station=device.station.code if device.station else "", synthetic=device.synthetic,
                rows=[{"record": ["master.device", device.pk]}],
            )  # fmt: skip


@rule(
    "observe.clock_off", "设备时钟偏差过大", severity="low", cause="设备时钟", every="minute", fire=3, clear=3, quiet="22-7",
    why="报文里的时间与收到的时间相差超过设备登记的允许偏差", fix="对设备校时；HJ 212 设备可从设备页下发校时命令", tells=("monitoring", "unit"),
    serves=["SYS-033", "SYS-038"],
)  # fmt: skip
def clock_off(look: Look) -> Iterator[Finding]:
    for device, known, state in look.devices:
        if state is not None and state.clock is not None and state.clock_off(known):
            yield Finding(
                f"device:{device.code}:clock", device.name, f"设备时钟{'快' if state.clock > 0 else '慢'} {abs(state.clock)} 秒", value=Decimal(state.clock),
                limit=Decimal(known.clock), unit="s", org=device.org, station=device.station.code if device.station else "",
                synthetic=device.synthetic, rows=[{"record": ["master.device", device.pk]}],
            )  # fmt: skip


@rule(
    "observe.station_silent", "监测点位没有新数据", severity="mid", cause="设备", every="minute", fire=2, quiet="22-7",
    why="超过三个上报周期没有新的数值", fix="核对采样、仪器和数采仪；设备在线而没有数据的，看报文里的标记", tells=("monitoring", "unit"),
    serves=["SYS-033", "SYS-038", "SYS-039"],
)  # fmt: skip
def station_silent(look: Look) -> Iterator[Finding]:
    """Stations with an instrument in use that once brought values. What came more than a week ago is not among the newest any more."""
    held: dict[str, int] = {}
    for device, known, _state in look.devices:
        if device.station:
            held[device.station.code] = max(held.get(device.station.code, 0), known.interval)
    for station in look.every_station:
        seen = look.newest.get(station.code, {}).values()
        heard = station.code in held and (seen or look.items(station.code))
        if heard and reported.silent(seen, look.now, timedelta(seconds=held[station.code])):
            last = max((one.end for one in seen), default=None)
            yield Finding(
                f"station:{station.code}", str(station), f"最近数据 {last.astimezone(LOCAL):%m-%d %H:%M}" if last else "一周以上没有数据",
                station=station.code, place=str(station), point=(station.lon, station.lat), synthetic=station.synthetic,
            )  # fmt: skip


@rule(
    "observe.capture_low", "数据有效传输率低", severity="low", cause="数据质量", every="day", quiet="20-8", grade="M",
    params={"share": (80, "当月有效传输率低于多少", "%"), "days": (3, "当月至少几天才判断", "天")},
    basis="有效传输率＝有效数÷应收数（HJ 355、HJ 356、HJ 75 未见原文）", why="当月有效传输率低于要求", fix="查停电、断网、仪器故障和质控标记，补传缺失数据",
    tells=("monitoring", "unit"), serves=["SYS-033", "SYS-038"],
)  # fmt: skip
def capture_low(look: Look) -> Iterator[Finding]:
    days: dict[str, set[date]] = {}
    for row in look.capture:
        if row.day is not None:
            days.setdefault(row.station, set()).add(row.day)
    for total in capture.totals(look.capture, evenly=True):
        station, share = look.station(total.station), total.effective
        if (
            station
            and share is not None
            and len(days[total.station]) >= look.param("days")
            and share * 100 < look.param("share")
        ):
            yield Finding(
                f"station:{station.code}:capture", str(station), f"{max(days[station.code]):%Y-%m} 前 {len(days[station.code])} 天",
                value=Decimal(round(share * 1000)) / 10, limit=look.param("share"), unit="%", station=station.code, place=str(station),
                point=(station.lon, station.lat), synthetic=station.synthetic, rows=[{"label": "应收、收到、有效（按时长计，秒）",
                "value": f"{total.expected}、{total.received}、{total.valid}"}],
            )  # fmt: skip


@rule(
    "observe.report_late", "台账报送逾期", severity="low", cause="报送", every="day", quiet="20-8", tells=("unit", "plan_officer"),
    why="应报日已过，以往报送过这本台账的单位本期没有报", fix="补报；确实没有的，由规划专员锁定时期", serves=["SYS-001"],
)  # fmt: skip
def report_late(look: Look) -> Iterator[Finding]:
    """Who owes a report is told from who reported before; where nobody did, the county does."""
    for period in look.due_periods:
        register = registers.REGISTERS.get(period.register)
        if register is None or not register.period:
            continue
        rows = [(r.org, periods.period_of(register, r)) for r in look.register(register.code)]
        done = {org.pk for org, own in rows if periods.covers(period.period, own)}
        owing = {
            org.pk: org for org, own in rows if own and _last_month(own) < _last_month(period.period)
        } or ({} if done else {look.county.pk: look.county})
        for org in (o for pk, o in owing.items() if pk not in done):
            yield _late(period, register.title, org)


def _last_month(period: str) -> str:
    """The month a period ends with: "2026-06" of "2026-Q2", "2026-12" of "2026"."""
    year, _, part = period.partition("-")
    return f"{year}-{int(part[1:]) * 3:02d}" if part.startswith("Q") else period if part else f"{year}-12"


def _late(period: ReportingPeriod, title: str, org: Org) -> Finding:
    return Finding(
        f"period:{period.pk}:{org.code}", f"{org} {title} {period.period}"[:160], f"应于 {period.due_on} 报送", org=org,
        rows=[{"label": "应报日", "value": period.due_on.isoformat()}],
    )  # fmt: skip


@rule(
    "plan.value_overdue", "承诺年度数值逾期未报", severity="low", cause="承诺报送", every="day", quiet="20-8", tells=("unit", "plan_officer"),
    params={"days": (90, "年度结束后多少天", "天")}, why="需要填报的目标，上一年度没有报数值", fix="到承诺页填报并附佐证", serves=["SYS-001"],
)  # fmt: skip
def value_overdue(look: Look) -> Iterator[Finding]:
    year = (look.today - timedelta(days=int(look.param("days")))).year - 1
    for promise, reported_for in look.reported:
        begun = look.plan is not None and year >= look.plan.period_start
        if begun and (promise.year or year) >= year and not any(p[:4] >= str(year) for p in reported_for):
            yield Finding(
                f"commitment:{promise.code}:{year}", promise.name, f"{year} 年度没有填报值", org=promise.owner or look.county, rows=[{"commitment": promise.pk}],
            )  # fmt: skip


@rule(
    "plan.task_overdue", "规划任务节点逾期", severity="low", cause="任务", every="day", quiet="20-8", tells=("unit", "plan_officer"),
    why="任务的下一个节点已过应完成日期", fix="到任务页填写完成日期，或调整节点并写明下一步", serves=["SYS-001", "SYS-003"],
)  # fmt: skip
def task_overdue(look: Look) -> Iterator[Finding]:
    for duty in look.tasks:
        if duty.state == OVERDUE and duty.next is not None:
            yield Finding(
                f"task:{duty.task.code}", duty.task.title, f"“{duty.next.title}”应于 {duty.next.due_on} 完成", org=duty.next.org,
                rows=[{"label": "节点", "value": duty.next.title}], synthetic=duty.next.synthetic,
            )  # fmt: skip


@rule(
    "patrol.missed", "应巡未巡", severity="low", cause="巡查", every="day", quiet="20-8", tells=("unit",),
    why="上一个巡查周期没有有效的巡查记录", fix="提醒巡查人补巡；存疑的记录请核实", serves=["SYS-048", "SYS-051", "SYS-058", "SYS-089"],
)  # fmt: skip
def patrol_missed(look: Look) -> Iterator[Finding]:
    """The last whole period of a duty. A walk after its end makes good; one in doubt holds the alarm until somebody has decided."""
    for duty, walks in look.walks:
        yesterday = look.today - timedelta(days=1)
        asked = rate.periods(
            duty.every, duty.unit, duty.valid_from, duty.valid_to, duty.valid_from, yesterday
        )
        if asked and not any(day >= asked[-1][0] and state in Patrol.COUNTED for day, state in walks):
            start, end = asked[-1]
            yield Finding(
                f"record:patrol.duty:{duty.pk}", duty.name, f"{start} 至 {end}（{duty.rhythm}）没有有效巡查", org=duty.org, synthetic=duty.synthetic,
                holds=any(day >= start and state == Patrol.State.DOUBTFUL for day, state in walks), rows=[{"label": "周期", "value": duty.rhythm}],
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
