"""The report's sentences: what a colleague would say aloud, from the board's numbers."""

from datetime import date
from decimal import Decimal

from jiuzhi.engine.plan.board_models import UNASSIGNED, CommitmentItem, CommitmentView, Scoreboard
from jiuzhi.science.statistics.wording import figure

from .model import PendingValue
from .words import joined, numeral, plain, share

GOOD_ODDS, POOR_ODDS = 0.9, 0.5


def period(text: str, as_of: date | None = None) -> str:
    """The words of "2026" (2026年, 至今 while the year runs), "2026-10" (2026年10月) or "2026-Q3" (2026年第三季度)."""
    year, _, month = text.partition("-")
    if month.startswith("Q"):
        return f"{year}年第{numeral(int(month[1:]))}季度"
    if month:
        return f"{year}年{int(month)}月"
    running = as_of is not None and year == str(as_of.year) and as_of < date(as_of.year, 12, 31)
    return f"{year}年至今" if running else f"{year}年"


def now(value: Decimal | None, when: str, as_of: date, unit: str = "") -> str:
    """The current value with its period, a water class as its numeral; "—" without one."""
    if value is None:
        return "—"
    said = figure(value, unit)
    return f"{said}（{period(when, as_of)}）" if when else said


def target_of(item: CommitmentItem) -> str:
    """The target with its year, its unit taken off (the table has a column for it)."""
    goal = item.target
    if item.unit and goal.endswith(item.unit):
        goal = goal[: -len(item.unit)].rstrip()
    return f"{goal or '—'}（{item.year}年）" if item.year and goal else goal or "—"


def summary(
    score: Scoreboard,
    items: list[CommitmentItem],
    pending: list[PendingValue],
    first_year: str = "",
    *,
    synthetic: bool,
) -> list[str]:
    """The whole in a few sentences, the good news and the bad in that order. ``synthetic``: something in the report rests on
    simulated data, though perhaps no judgement does."""
    found = [score.sentence, _standing(score), _late(score), _odds(items), _silent(score)]
    if score.unassigned:
        found.append(f"{score.unassigned}项目标没有明确的责任单位，须由县政府或牵头部门指定。")
    if pending:
        found.append(f"{len(pending)}个填报值等待审核，审核通过前不计入研判。")
    if first_year:
        found.append(first_year)
    if synthetic:
        found.append("本报告所依据的数据中含模拟数据，只用于演示系统功能，不代表该县实际情况，不得对外引用。")
    return [sentence for sentence in found if sentence]


def _standing(score: Scoreboard) -> str:
    known = score.total - score.counts.get("no_data", 0)
    if not known:
        return "目前没有一项目标具备研判所需的数据。"
    fine = score.counts.get("met", 0) + score.counts.get("on_track", 0)
    return f"可研判的{known}项目标中，{fine}项达标或按进度推进，占{share(fine, known)}。"


def _late(score: Scoreboard) -> str:
    if not score.late:
        return "没有滞后的目标。" if score.total > score.counts.get("no_data", 0) else ""
    units = sorted({i.owner for i in score.late if i.owner != UNASSIGNED})
    loose = sum(i.owner == UNASSIGNED for i in score.late)
    whose = f"涉及{joined(units, 4, '个单位')}" if units else ""
    if loose:
        whose = f"{whose}，另有{loose}项没有责任单位" if units else "都没有责任单位"
    text = f"滞后的{len(score.late)}项（其中严重滞后{score.counts.get('badly_late', 0)}项）{whose}"
    due = sorted((i.days_left, i.name) for i in score.late if i.days_left is not None)
    if not due:
        return f"{text}。"
    left = f"还有{due[0][0]}天" if due[0][0] >= 0 else f"已过期{-due[0][0]}天"
    if len(due) > 1 and due[0][0] == due[-1][0]:
        return f"{text}；同日到期，{left}。"
    return f"{text}；最先到期的是“{due[0][1]}”，{left}。"


def _silent(score: Scoreboard) -> str:
    count = score.counts.get("no_data", 0)
    if not count:
        return ""
    awaiting = sum(not any(c.isdigit() for c in i.target) for i in score.no_data)
    text = f"{count}项目标尚无数据"
    return (
        f"{text}，其中{awaiting}项的目标值本身还有待上级下达或明确。"
        if awaiting
        else f"{text}，须由责任单位填报或接入监测数据。"
    )


def _odds(items: list[CommitmentItem]) -> str:
    known = [i for i in items if i.probability is not None]
    if not known:
        return "各项目标的数据都还不足以给出达标概率。"
    good = sum((i.probability or 0) >= GOOD_ODDS for i in known)
    poor = [i.name for i in known if (i.probability or 0) < POOR_ODDS]
    text = f"可作预测的{len(known)}项中，{good}项到目标年达标的概率不低于{GOOD_ODDS:.0%}"
    return (
        f"{text}，{len(poor)}项低于{POOR_ODDS:.0%}：{joined(poor, 4)}。"
        if poor
        else f"{text}，没有低于{POOR_ODDS:.0%}的。"
    )


def course(view: CommitmentView) -> str:
    """What stands under a drawing: the reason, then the odds with their interval or why there are none."""
    ahead = view.forecast
    if not ahead:
        return view.item.reason
    if not ahead.get("enough"):
        return f"{view.item.reason}预测：{ahead.get('reason') or '数据太少，不作预测。'}"
    chance = ahead.get("probability")
    bounds = [ahead.get(k) for k in ("low", "median", "high")]
    said = f"预测：{ahead.get('target_year')}年达标的概率约{chance:.0%}" if chance is not None else "预测"
    if all(b is not None for b in bounds):
        low, median, high = (_short(float(b)) for b in bounds if b is not None)
        said += f"，中位数{median}，90%区间{low}—{high} {view.item.unit}".rstrip()
    return f"{view.item.reason}{said}。{ahead.get('reason', '')}"


def _short(value: float) -> str:
    """Three significant figures: a forecast knows no more."""
    return plain(Decimal(f"{value:.3g}")) if value else "0"
