"""The one definition of progress: is a commitment kept, on its way, late, badly late, or is that unknown?

Worked examples, computed by hand, stand in docs/progress.md; the tests run them. Everything is exact: comparisons are made
with fractions, never with floats, so a value equal to its limit is inside. Time runs to the day: 31 December 2026 stands at
2027.0, and a path is straight between the ends of the years it names.

Kinds
    reach       from the baseline to the target along a straight path (or through stated milestones)
    hold        a limit kept every year; the baseline may lie beyond it (15.6 against ≤20) or on it (83 against ≥83)
    cumulative  a sum counted from zero at the start of the period
    growth      a yearly growth rate [%] whose geometric mean since the start must reach the target
    qualitative a direction without a number (持续提升), or words that only a person can find fulfilled (基本形成)
    awaiting    a number that a higher authority has still to set (市级下达)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .growth import ASSERTED, growth, qualitative
from .paths import Point, Promise, at, knots, position, project, road, slope_seen, symbol, when_said
from .verdict import RANK, State, Thresholds, Verdict
from .wording import apart, as_decimal, say

__all__ = [
    "RANK",
    "Point",
    "Promise",
    "State",
    "Thresholds",
    "Verdict",
    "judge",
    "position",
    "project",
    "road",
    "symbol",
]


def judge(
    kind: str,
    better: str,
    comparator: str,
    target: Decimal | None,
    target_year: int,
    baseline: Decimal | None,
    baseline_year: int | None,
    series: Sequence[Point],
    as_of: date,
    *,
    start: int | None = None,
    milestones: Sequence[tuple[int, Decimal]] = (),
    unit: str = "",
    text: str = "",
    thresholds: Thresholds | None = None,
) -> Verdict:
    """Judge one commitment on the day ``as_of`` by the values known for periods that ended (or were measured) by then.

    ``start``: first year of the plan period; by default the year after the baseline's, else the year of ``as_of``.
    Errors: ``ValueError`` for an unknown kind.
    """
    first = start or (baseline_year + 1 if baseline_year else min(as_of.year, target_year))
    promise = Promise(
        kind, better, comparator, target, target_year, first, baseline, baseline_year,
        tuple(sorted(milestones)), unit, text,
    )  # fmt: skip
    limits = thresholds or Thresholds()
    if kind == "awaiting":
        return Verdict(State.NO_DATA, f"目标值为“{text or '市级下达'}”，尚未下达；下达后录入数值方可研判。")
    if kind not in _RULES:
        raise ValueError(f"unknown kind of progress: {kind}")
    if target is None and kind != "qualitative":
        return Verdict(
            State.NO_DATA, f"目标写作“{text or '—'}”，不是数值；请在规划包中补充数值或改为定性承诺。"
        )
    known = sorted((p for p in series if p.end <= as_of), key=lambda p: (p.end, p.complete))
    current = [p for p in known if p.year >= first]
    asserted = kind == "qualitative" and better not in ("up", "down")
    path = road(promise)
    if not current:
        return Verdict(
            State.NO_DATA, ASSERTED.format(text) if asserted else _nothing(promise, known, as_of), path=path
        )
    if (as_of - current[-1].end).days > limits.stale_days and not asserted:
        last = current[-1]
        return Verdict(
            State.NO_DATA, f"最近的数值是{when_said(last)}的 {say(last.value, unit)}，距今已超过一年半；请补报以后各期。",
            last.value, last.period, path=path,
        )  # fmt: skip
    verdict = _RULES[kind](promise, known, current, as_of, limits)
    return replace(verdict, path=verdict.path or path, slope_seen=slope_seen(known))


# ---- the rules, one per kind -------------------------------------------------------------------------------------


def _reach(
    promise: Promise, known: list[Point], current: list[Point], as_of: date, limits: Thresholds
) -> Verdict:
    assert promise.target is not None
    promise = _with_baseline(promise, known)
    if promise.baseline is not None and promise.met(promise.baseline):
        return _hold(promise, known, current, as_of, limits)
    last = current[-1]
    value, note = _comparable(last, promise)
    line = knots(promise)
    if value is None and len(current) > 1:  # the year so far says nothing yet: judge by the last whole one
        last = next((p for p in reversed(current) if p.complete), last)
        value, note = _comparable(last, promise)
    if value is None:
        return Verdict(
            State.NO_DATA,
            f"{when_said(last)}为 {say(last.value, promise.unit)}，{note}",
            last.value,
            last.period,
        )
    now = f"{when_said(last)}为 {say(last.value, promise.unit)}{note}"
    needed = _needed(promise, value, last.end)
    base = Verdict(State.MET, "", last.value, last.period, slope_needed=needed, path=road(promise))
    if promise.stand_in:
        now += f"（规划未给基线，以 {promise.baseline_year} 年 {say(promise.baseline, promise.unit)}为起点）"
    if promise.met(value):
        if last.complete:
            return replace(base, reason=f"{now}，已达到 {promise.target_year} 年目标（{promise.goal()}）。")
        return replace(
            base, state=State.ON_TRACK, reason=f"{now}，按此可达到目标（{promise.goal()}），以全年数值为准。"
        )
    if as_of > date(promise.target_year, 12, 31):
        return replace(
            base,
            state=State.BADLY_LATE,
            reason=f"{now}，目标年 {promise.target_year} 年已过，仍未达到 {promise.goal()}。",
        )
    if line is None:
        return replace(
            base,
            state=State.NO_DATA,
            reason=f"{now}，尚未达到 {promise.goal()}；没有基线也只有一期数值，快慢无从判断，请补录基线。",
        )
    # A whole-year figure that is not finished is set against the end of its year, a stock against its own day.
    when = position(date(last.year, 12, 31) if not last.complete else last.end)
    return _against_path(
        replace(base, expected=as_decimal(at(line, when))),
        promise,
        line,
        when,
        value,
        now,
        last.complete,
        limits,
    )


def _against_path(
    base: Verdict, promise: Promise, line: list[tuple[int, Fraction]], when: Fraction, value: Decimal, now: str,
    complete: bool, limits: Thresholds,
) -> Verdict:  # fmt: skip
    expected = at(line, when)
    gap = promise.sign * (expected - Fraction(value))
    step = abs(line[-1][1] - line[0][1]) / (line[-1][0] - line[0][0])
    behind = gap / step
    asked = f"路径应达 {say(as_decimal(expected), promise.unit)}"
    if gap <= 0:
        return replace(
            base, state=State.ON_TRACK, reason=f"{now}，{asked}，跟上路径；{_still(promise, base)}。"
        )
    state = State.BADLY_LATE if behind >= limits.badly_late_years and complete else State.LATE
    return replace(
        base, state=state, years_behind=as_decimal(behind),
        reason=f"{now}，{asked}，相差 {apart(as_decimal(gap), promise.unit)}，落后约 {say(as_decimal(behind))} 年；{_still(promise, base)}。",
    )  # fmt: skip


def _hold(
    promise: Promise, known: list[Point], current: list[Point], as_of: date, limits: Thresholds
) -> Verdict:
    assert promise.target is not None
    whole = [p for p in current if p.whole_year]
    part = current[-1] if not current[-1].whole_year else None
    word = promise.bound()
    beyond, within = ("低于", "不低于") if promise.better == "up" else ("超过", "未超过")
    full = _held_years(promise, whole, limits, beyond, within) if whole else None
    if part is None:
        assert full is not None
        return full
    value, note = _comparable(part, promise)
    now = f"{when_said(part)}为 {say(part.value, promise.unit)}{note if value is not None else ''}"
    if value is None:
        if full is not None:
            return replace(full, reason=f"{full.reason[:-1]}；{now}，{note}")
        return Verdict(
            State.NO_DATA,
            f"{now}，{note}规划期内尚无完整年度。",
            part.value,
            part.period,
            expected=promise.target,
        )
    inside = promise.met(value)
    if full is None:
        state = State.ON_TRACK if inside else State.LATE
        words = (
            f"{within}{word}"
            if inside
            else f"{beyond}{word}，差 {apart(abs(value - promise.target), promise.unit)}"
        )
        return Verdict(
            state,
            f"{now}，{words}；规划期内尚无完整年度，以全年数值为准。",
            part.value,
            part.period,
            expected=promise.target,
        )
    if inside:
        return replace(full, reason=f"{full.reason[:-1]}；{now}，{within}{word}。")
    state = full.state if RANK[full.state] >= RANK[State.LATE] else State.LATE
    return replace(
        full,
        state=state,
        reason=f"{now}，可能{beyond}{word}；{full.reason}",
        value=part.value,
        period=part.period,
    )


def _held_years(
    promise: Promise, whole: list[Point], limits: Thresholds, beyond: str, within: str
) -> Verdict:
    assert promise.target is not None
    last = whole[-1]
    base = Verdict(State.MET, "", last.value, last.period, expected=promise.target, slope_needed=Decimal(0))
    by_year = {p.year: p for p in whole}
    broken = [y for y, p in by_year.items() if not promise.met(p.value)]
    now = f"{when_said(last)}为 {say(last.value, promise.unit)}"
    if promise.met(last.value):
        scar = f"；但 {'、'.join(str(y) for y in broken)} 年曾{beyond}限值" if broken else ""
        return replace(
            base, reason=f"{now}，{within}{promise.bound()}，须逐年保持到 {promise.target_year} 年{scar}。"
        )
    gap = abs(last.value - promise.target)
    running = 0
    for year in sorted(by_year, reverse=True):
        if year not in broken:
            break
        running += 1
    far = promise.target != 0 and Fraction(gap) > limits.hold_badly * abs(Fraction(promise.target))
    overdue = last.end >= date(promise.target_year, 12, 31)
    bad = far or running >= limits.hold_badly_years or overdue
    words = f"，已连续 {running} 年" if running > 1 else ""
    return replace(
        base, state=State.BADLY_LATE if bad else State.LATE,
        slope_needed=as_decimal(promise.sign * Fraction(gap)),
        reason=f"{now}，{beyond}{promise.bound()}，差 {apart(gap, promise.unit)}{words}；须在下一年回到限值以内。",
    )  # fmt: skip


def _cumulative(
    promise: Promise, known: list[Point], current: list[Point], as_of: date, limits: Thresholds
) -> Verdict:
    # What was counted before the period does not count: the road starts at zero at its beginning.
    zero = replace(promise, baseline=Decimal(0), baseline_year=promise.start - 1, better="up")
    return _reach(zero, [p for p in known if p.year >= promise.start], current, as_of, limits)


_RULES = {
    "reach": _reach,
    "hold": _hold,
    "cumulative": _cumulative,
    "growth": growth,
    "qualitative": qualitative,
}


# ---- pieces ------------------------------------------------------------------------------------------------------


def _with_baseline(promise: Promise, known: list[Point]) -> Promise:
    """Where the plan gives no baseline, a known value stands in: the last one before the period, else the first one in it."""
    if promise.baseline is not None and promise.baseline_year is not None:
        return promise
    whole = [p for p in known if p.complete and p.end == date(p.year, 12, 31)]
    before = [p for p in whole if p.year < promise.start]
    chosen = before[-1] if before else whole[0] if whole and whole[0].year < known[-1].year else None
    if chosen is None or chosen.year >= known[-1].year:
        return replace(promise, baseline=None)
    return replace(promise, baseline=chosen.value, baseline_year=chosen.year, stand_in=True)


def _comparable(point: Point, promise: Promise) -> tuple[Decimal | None, str]:
    """The value to set against a whole-year figure, and how it was come by."""
    if point.complete:
        return point.value, ""
    if point.accumulates and promise.better == "up" and promise.met(point.value):
        return point.value, "（年内只增不减，已经满足）"
    if (
        point.accumulates
        and promise.better == "down"
        and promise.target is not None
        and not promise.met(point.value)
    ):
        return point.value, "（年内只增不减，已经超出）"
    if point.projected is not None:
        return point.projected, f"（余下时段若与去年相同，全年约 {say(point.projected, promise.unit)}）"
    if point.accumulates:
        return None, "年内尚在累加，没有去年同期可比，不能与全年目标直接比较。"
    return point.value, "（没有去年同期可比，未扣除季节影响）"


def _needed(promise: Promise, value: Decimal, since: date) -> Decimal | None:
    """Change per year still needed to arrive at the target at the end of its year; 0 when it is met."""
    assert promise.target is not None
    left = promise.target_year + 1 - position(since)
    if promise.met(value):
        return Decimal(0)
    return as_decimal(Fraction(promise.target - value) / left) if left > 0 else None


def _still(promise: Promise, verdict: Verdict) -> str:
    if verdict.slope_needed is None:
        return f"目标 {promise.goal()}（{promise.target_year} 年）"
    if not verdict.slope_needed and promise.comparator in (">", "<"):  # on the line is not beyond it
        return f"现值正好在限值上，{promise.target_year} 年须 {promise.goal()}"
    verb = "增加" if verdict.slope_needed > 0 else "降低"
    return f"到 {promise.target_year} 年达到 {promise.goal()}，今后每年须{verb} {apart(abs(verdict.slope_needed), promise.unit)}"


def _nothing(promise: Promise, known: list[Point], as_of: date) -> str:
    if known:
        last = known[-1]
        return f"规划期内（{promise.start} 年起）尚无数值；此前最近为{when_said(last)} {say(last.value, promise.unit)}。请填报或导入监测数据。"
    base = (
        f"；基线 {say(promise.baseline, promise.unit)}（{promise.baseline_year} 年）"
        if promise.baseline is not None
        else ""
    )
    return f"规划期内（{promise.start} 年起）尚无数值{base}。请填报或导入监测数据。"
