"""From a commitment and its values to a verdict and a forecast: binds the records to science.statistics, decides nothing itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.indicators import evaluate
from jiuzhi.engine.indicators.models import ComputedValue, ReportedValue
from jiuzhi.engine.indicators.registry import INDICATORS
from jiuzhi.science.statistics import attainment
from jiuzhi.science.statistics.attainment import Point, Verdict
from jiuzhi.science.statistics.forecast import MIN_MONTHS, Forecast, forecast, forecast_share
from jiuzhi.science.statistics.paths import allowed_rest
from jiuzhi.science.statistics.trend import trend
from jiuzhi.science.statistics.wording import period_end, say

from .bindings import Reading, read
from .models import Commitment, Plan


@dataclass
class Series:
    """The values of one commitment up to a day. ``source``: 计算, 填报 or 规划原文; ``monthly``: (period, value, synthetic)."""

    points: list[Point] = field(default_factory=list)
    monthly: list[tuple[str, Decimal]] = field(default_factory=list)
    nearness: list[tuple[str, Decimal]] = field(
        default_factory=list
    )  # of the indicator that foretells this one
    places: int = 0  # how many stations the newest value rests on
    source: str = ""
    edition: str = ""
    why: str = ""  # why there is no value for the newest period, where there is none
    synthetic: bool = False


@dataclass(frozen=True)
class Assessment:
    reading: Reading
    verdict: Verdict
    forecast: Forecast
    series: Series
    trend: dict[str, Any]


def is_past(commitment: Commitment, plan: Plan) -> bool:
    """A target of the period before this plan, told for comparison; judged by what the plan itself says was achieved."""
    return commitment.year is not None and commitment.year < plan.period_start


def targets(plan: Plan) -> list[Commitment]:
    return list(
        plan.commitments.filter(kind=Commitment.Kind.TARGET)
        .select_related("baseline", "owner", "clause")
        .order_by("start", "code")
    )


def gather(plan: Plan, listed: Sequence[Commitment], as_of: date) -> dict[int, Series]:
    """The values known on ``as_of`` of every commitment listed: a handful of queries, however many there are."""
    wanted = {c.indicator for c in listed if c.indicator}
    wanted |= {INDICATORS[code].foretold_by for code in wanted if code in INDICATORS}
    computed = _known(plan, wanted, as_of)
    reported: dict[int, list[ReportedValue]] = defaultdict(list)
    approved = ReportedValue.objects.filter(commitment__plan=plan, status=ReportedValue.Status.APPROVED)
    for item in approved.order_by("period"):
        reported[item.commitment_id].append(item)
    stated = list(plan.commitments.filter(kind__in=(Commitment.Kind.ACHIEVED, Commitment.Kind.BASELINE)))
    return {
        c.pk: _stated(c, stated) if is_past(c, plan)
        else _foretold(c.indicator, computed) if c.indicator
        else _reported(reported[c.pk], as_of)
        for c in listed
    }  # fmt: skip


def _known(plan: Plan, wanted: set[str], as_of: date) -> dict[str, list[ComputedValue]]:
    """The computed values as they stood on ``as_of``: the stored ones, or, looking back, worked out anew from the rows up to then."""
    found: dict[str, list[ComputedValue]] = defaultdict(list)
    if wanted and evaluate.later_than(plan.county, as_of, wanted):
        for (code, _), value in sorted(evaluate.compute(plan.county, as_of, only=wanted).items()):
            found[code].append(value)
    stored = ComputedValue.objects.filter(
        county_id=plan.county_id, indicator__in=wanted - set(found), data_to__lte=as_of
    )
    for value in stored.order_by("period"):
        found[value.indicator].append(value)
    return found


def _foretold(code: str, computed: dict[str, list[ComputedValue]]) -> Series:
    found = _computed(computed[code])
    declared = INDICATORS.get(code)
    if declared and declared.foretold_by:
        found.nearness = _computed(computed[declared.foretold_by]).monthly
    return found


def _computed(values: Iterable[ComputedValue]) -> Series:
    found = Series(source="计算")
    for v in values:
        if v.value is None:
            found.why = v.why
            continue
        if len(v.period) > 4:
            if v.complete:
                found.monthly.append((v.period, v.value))
            continue
        declared = INDICATORS.get(v.indicator)
        projected = v.explain.get("projected")
        found.points.append(Point(
            v.period, v.value, v.complete, None if v.complete else v.data_to,
            Decimal(projected) if projected else None, bool(declared and declared.accumulates),
        ))  # fmt: skip
        found.places = len(v.explain.get("parts", []))
        found.edition, found.synthetic = v.edition, found.synthetic or v.synthetic
    return found


def _reported(values: Iterable[ReportedValue], as_of: date) -> Series:
    """Approved values. One for a period that had not ended when it was reported stands for the day it was reported on."""
    found = Series(source="填报")
    for v in values:
        day = v.reported_at.astimezone(LOCAL).date()
        if day > as_of:
            continue
        early = day < period_end(v.period)
        found.points.append(Point(v.period, v.value, True, day if early else None))
        found.synthetic = found.synthetic or v.synthetic
    return found


def _stated(target: Commitment, stated: Iterable[Commitment]) -> Series:
    """What the plan says was achieved of an earlier target; where it says two values, the one that keeps it least counts."""
    reading = read(target)
    mine = [
        s for s in stated
        if s.value is not None and s.year == target.year and s.unit == target.unit and s.clause_id == target.clause_id
        and (s.name.startswith(target.name) or target.name.startswith(s.name))
    ]  # fmt: skip
    if not mine:
        return Series(source="规划原文")
    worst = (min if reading.better == "up" else max)(mine, key=lambda s: s.value or Decimal(0))
    return Series(
        [Point(str(target.year), worst.value or Decimal(0))],
        source="规划原文",
        edition="规划原文所述，未经数据核验",
    )


def assess(
    commitment: Commitment,
    plan: Plan,
    series: Series,
    as_of: date,
    milestones: Sequence[tuple[int, Decimal]] = (),
) -> Assessment:
    """Judge and forecast one target by the values known on ``as_of``."""
    base = commitment.baseline
    reading = read(commitment, base)
    year = commitment.year or plan.period_end
    past = is_past(commitment, plan)
    verdict = attainment.judge(
        "reach" if past and reading.target is not None else reading.kind,
        reading.better, reading.comparator, reading.target, year,
        base.value if base else None, (base.year or plan.period_start - 1) if base and base.value is not None else None,
        # An earlier period is judged on the day after its end: its values are not stale, they are history.
        series.points, min(as_of, date(year + 1, 1, 1)) if past else as_of,
        start=year - 4 if past else plan.period_start, milestones=milestones, unit=_spoken(commitment), text=reading.text,
    )  # fmt: skip
    if verdict.state == "no_data" and series.why and not series.points:
        verdict = attainment.Verdict(
            verdict.state, f"{verdict.reason[:-1]}（{series.why}）。", path=verdict.path
        )
    if past and reading.kind == "awaiting":
        said = f"目标写作“{reading.text}”，规划没有给出数值，是否完成无法核验。"
        verdict = attainment.Verdict(verdict.state, said)
    if not past:
        verdict = _with_room(commitment, reading, series, verdict)
    return Assessment(
        reading, verdict, _forecast(commitment, reading, series, year, past), series, _trend(series)
    )


def _with_room(commitment: Commitment, reading: Reading, series: Series, verdict: Verdict) -> Verdict:
    """For a yearly mean that must stay below a limit: what the days left may average, as long as they can still decide."""
    declared = INDICATORS.get(commitment.indicator)
    last = series.points[-1] if series.points else None
    if (
        not declared
        or declared.months != "mean"
        or reading.better != "down"
        or last is None
        or last.complete
        or reading.target is None
    ):
        return verdict
    room = allowed_rest(reading.target, last.value, last.end)
    if room is None or last.period != verdict.period:
        return verdict
    days, mean = room
    said = (
        f"余下 {days} 天平均不超过 {say(mean, commitment.unit)} 即守住全年"
        if mean > 0
        else f"余下 {days} 天已无法把全年平均降到限值以内"
    )
    return replace(verdict, reason=f"{verdict.reason[:-1]}；{said}。")


def _spoken(commitment: Commitment) -> str:
    return "类" if commitment.value is None else commitment.unit


def _forecast(commitment: Commitment, reading: Reading, series: Series, year: int, past: bool) -> Forecast:
    if past or reading.target is None:
        return Forecast(
            False, "上一规划期目标，不作预测。" if past else "目标不是数值，不作预测。", target_year=year
        )
    yearly = [
        (p.period, p.value) for p in series.points if p.complete and len(p.period) == 4 and p.to is None
    ]
    if reading.kind in ("cumulative", "growth"):
        word = "年度增量" if reading.kind == "cumulative" else "年度增速"
        return Forecast(
            False,
            f"数据不足：{word}只有 {len(yearly)} 个，不足以外推；快慢以路径和今后每年所需衡量。",
            target_year=year,
            periods=len(yearly),
        )
    declared = INDICATORS.get(commitment.indicator)
    low, high = declared.bounds if declared else (0, 100 if commitment.unit in ("%", "％") else None)
    if series.nearness and reading.target == 100 and series.places:
        return forecast_share(series.nearness, year, 100.0, series.places)
    combine = declared.months if declared and declared.months in ("mean", "sum") else ""
    values = series.monthly if combine and len(series.monthly) >= MIN_MONTHS else yearly
    return forecast(
        values, year, reading.target, reading.comparator, combine=combine or "mean", low_bound=low, high_bound=high,
    )  # fmt: skip


def _trend(series: Series) -> dict[str, Any]:
    if len(series.monthly) < 36:
        return {}
    found = trend([(p, float(v)) for p, v in series.monthly])
    slope = None if found.slope is None else float(f"{found.slope:.6g}")
    return {
        "direction": found.direction,
        "slope": slope,
        "p": None if found.p is None else round(found.p, 4),
        "reason": found.reason,
    }


def milestones_of(listed: Sequence[Commitment]) -> dict[int, list[tuple[int, Decimal]]]:
    """Targets of the same thing for earlier years are milestones of the later one."""
    same: dict[tuple[str, str, str], list[Commitment]] = defaultdict(list)
    for c in listed:
        if c.value is not None and c.year is not None:
            same[c.name, c.place, c.unit].append(c)
    return {
        c.pk: [(o.year, o.value) for o in group if o.year is not None and o.value is not None and c.year and o.year < c.year]
        for group in same.values() if len(group) > 1 for c in group
    }  # fmt: skip
