"""Commitments judged by change and not by a level: a promised yearly growth, or a direction in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .paths import Point, Promise, when_said
from .verdict import State, Thresholds, Verdict
from .wording import say


def growth(
    promise: Promise, known: list[Point], current: list[Point], as_of: date, limits: Thresholds
) -> Verdict:
    """The product of the yearly rates since the period began against that of the promised rate, compared as fractions."""
    assert promise.target is not None
    whole = {p.year: p for p in current if p.whole_year}
    if not whole:
        last = current[-1]
        return Verdict(
            State.NO_DATA,
            f"规划期内尚无完整年度的增速（{when_said(last)} {say(last.value, '%')}）；年终数值到后研判。",
            last.value,
            last.period,
        )
    years = sorted(whole)
    grown = Fraction(1)
    for year in years:
        grown *= 1 + Fraction(whole[year].value) / 100
    rate = 1 + Fraction(promise.target) / 100
    n, left = len(years), promise.target_year - years[-1]
    mean = (
        Decimal(str(round((float(grown) ** (1 / n) - 1) * 100, 2))) if grown > 0 else Decimal(-100)
    )  # shown, not compared
    last = whole[years[-1]]
    base = Verdict(State.ON_TRACK, "", last.value, last.period, expected=promise.target)
    now = (
        f"{years[0]}—{years[-1]} 年年均增长 {say(mean)}%（几何平均，{n} 年）"
        if n > 1
        else f"{when_said(last)}增长 {say(last.value)}%"
    )
    if grown >= rate**n:
        done = left <= 0
        return replace(
            base,
            state=State.MET if done else State.ON_TRACK,
            reason=f"{now}，{'达到' if done else '不低于'}年均目标 {say(promise.target)}%。",
        )
    need = (
        ((float(rate) ** (n + left) / float(grown)) ** (1 / left) - 1) * 100
        if left > 0 and grown > 0 and rate > 0
        else None
    )
    rest = f"余下 {left} 年须年均增长约 {need:.1f}%" if need is not None else "规划期已满"
    # One whole year of promised growth is missing when the product has not got beyond that of n-1 such years.
    bad = left <= 0 or (
        rate > 1 and n >= limits.badly_late_years and grown <= rate ** (n - int(limits.badly_late_years))
    )
    return replace(
        base, state=State.BADLY_LATE if bad else State.LATE, reason=f"{now}，低于年均目标 {say(promise.target)}%；{rest}。",
        slope_needed=None if need is None else Decimal(str(round(need, 2))),
    )  # fmt: skip


def qualitative(
    promise: Promise, known: list[Point], current: list[Point], as_of: date, limits: Thresholds
) -> Verdict:
    """The direction between the last two values against the words; without a direction, what the unit found: 1 or 0."""
    if promise.better not in ("up", "down"):
        return _asserted(promise, current[-1], as_of)
    whole = [p for p in known if p.complete]
    if promise.better == "down" and whole and whole[-1] in current and whole[-1].value <= 0:
        last = whole[-1]
        return Verdict(
            State.ON_TRACK,
            f"{when_said(last)}为 {say(last.value, promise.unit)}，已无可再降，符合“{promise.text}”。",
            last.value,
            last.period,
        )
    if len(whole) < 2:
        return Verdict(
            State.NO_DATA,
            f"目标为“{promise.text}”，只有一期数值，须两期以上才能看出方向。",
            current[-1].value,
            current[-1].period,
        )
    before, last = whole[-2], whole[-1]
    change = promise.sign * (last.value - before.value)
    words = f"{when_said(last)}为 {say(last.value, promise.unit)}，上期（{when_said(before)}）为 {say(before.value, promise.unit)}"
    state = State.ON_TRACK if change > 0 else State.LATE
    said = "方向符合" if change > 0 else "没有变化，不符合" if change == 0 else "方向相反，不符合"
    return Verdict(state, f"{words}，{said}“{promise.text}”。", last.value, last.period)


ASSERTED = "目标为定性表述“{}”，没有方向可比，须由责任单位据佐证认定：填报 1（已达成）或 0（尚未达成）。"


def _asserted(promise: Promise, last: Point, as_of: date) -> Verdict:
    """A finding recorded by people and approved: software does not decide what 基本形成 means."""
    said = f"{when_said(last)}据填报认定“{promise.text}”"
    if last.value >= 1:
        return Verdict(State.MET, f"{said}已达成。", last.value, last.period)
    if as_of > date(promise.target_year, 12, 31):
        return Verdict(
            State.BADLY_LATE,
            f"{said}尚未达成，目标年 {promise.target_year} 年已过。",
            last.value,
            last.period,
        )
    return Verdict(
        State.ON_TRACK, f"{said}尚未达成，未到目标年 {promise.target_year} 年。", last.value, last.period
    )
