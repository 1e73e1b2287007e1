"""Which systems of the plans patrols serve, beside registers and cases that others declare.

Patrols are a part of each of them: a river file (一河一档), a roll of chiefs or of grid members, and a score of how they did their
duty are no part of this package. Findings become cases (`engine.cases`).
"""

from collections.abc import Iterable

from jiuzhi.engine.plan.systems import Serving, contribute

PHONE = {
    "SYS-048": "河长用手机巡河、上报问题", "SYS-049": "林长用手机巡林、上报问题", "SYS-058": "小微水体手机巡查、上报问题", "SYS-089": "网格员手机巡查、上报问题",
}  # fmt: skip
STAFF = {
    "SYS-048": "河长巡查记录、到位率、存疑核实", "SYS-049": "林长巡查记录、到位率、存疑核实", "SYS-051": "各级河长巡查到位率",
    "SYS-058": "小微水体巡查记录、到位率", "SYS-089": "网格巡查轨迹、到位率",
}  # fmt: skip
DUTIES = {
    "SYS-048": "河长巡查任务", "SYS-049": "林长巡查任务", "SYS-051": "各级河长的责任河段与巡查频次", "SYS-058": "小微水体巡查任务", "SYS-089": "网格员巡查任务",
}  # fmt: skip


@contribute
def _served() -> Iterable[tuple[str, Serving]]:
    for titles, code, page in (
        (PHONE, "patrol.finding", "field"), (STAFF, "patrol.patrol", "patrols"), (DUTIES, "patrol.duty", "patrol_duties")
    ):  # fmt: skip
        for system, title in titles.items():
            yield system, Serving("巡查", code, title, page)
