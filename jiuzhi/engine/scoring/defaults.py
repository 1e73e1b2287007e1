"""The scorecards a county begins with, to be edited. Points and weights are the product's own (grade own): no national text fixes them."""

from __future__ import annotations

from decimal import Decimal

from jiuzhi.core import records
from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor

from .models import GROUPS, Scorecard, ScoreItem

# title, measure, form, points, per, free, for which groups
_ITEMS = (
    ("按期办结问题", "cases.on_time", "share", 40, 0, 0, "township department"),
    ("超期问题", "cases.overdue", "each", 20, 2, 0, "township department"),
    ("验收退回", "cases.returned", "each", 10, 1, 1, "township department"),
    ("问题反弹", "cases.rebound", "each", 10, 5, 0, "township department"),
    ("报警按时确认", "alerts.unanswered", "each", 10, 1, 0, "township department"),
    ("台账迟报", "reports.late", "each", 10, 1, 0, "township department"),
    ("承诺滞后", "commitments.behind", "each", 20, 2, 0, "department"),
    ("填报退回", "values.returned", "each", 5, 1, 0, "department"),
)
BASE = 60


def begin(county: Org, since: str, actor: Actor) -> list[Scorecard]:
    """Make the first cards of a county, in force from ``since``; none where it has some."""
    if Scorecard.objects.filter(county=county).exists():
        return []
    made = []
    for group, word in GROUPS.items():
        card = Scorecard(
            org=county, name=f"{word}月度评分", group=group, since=since, state=Scorecard.State.ACTIVE, base=Decimal(BASE),
            why="起始办法，分值可调",
        )  # fmt: skip
        records.save(card, actor, "设立评分办法")
        chosen = [i for i in _ITEMS if group in i[-1].split()]
        for order, (title, code, form, points, per, free, _groups) in enumerate(chosen, 1):
            item = ScoreItem(
                card=card,
                order=order,
                title=title,
                measure=code,
                form=form,
                points=points,
                per=per,
                free=free,
            )
            records.save(item, actor, "设立评分办法")
        made.append(card)
    return made
