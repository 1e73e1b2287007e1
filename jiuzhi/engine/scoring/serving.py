"""Which systems of the plans the scores, and the lists beside them, serve. Whole only where the plan's own user can do that work here."""

from collections.abc import Iterable

from jiuzhi.engine.plan.systems import Serving, contribute


@contribute
def _served() -> Iterable[tuple[str, Serving]]:
    yield (
        "SYS-004",
        Serving("评分", "scoring.ecology", "生态报表：每月汇总、打分、排名、公示", "scores", whole=True),
    )
    yield (
        "SYS-010",
        Serving("评分", "scoring.cards", "差异化评分办法：各类单位各有项目与系数", "scorecards", whole=True),
    )
    yield "SYS-011", Serving("评分", "scoring.scores", "单位月度得分（不到主要负责人本人）", "scores")
    yield "SYS-270", Serving("报告", "scoring.meeting", "联席会议材料", "duties")
