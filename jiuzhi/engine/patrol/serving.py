"""Which systems of the plans patrols serve, beside registers and cases that others declare."""

from collections.abc import Iterable

from jiuzhi.engine.plan.systems import Serving, contribute

SERVED = {
    "SYS-048": "河长巡河、问题上报", "SYS-049": "林长巡林、问题上报", "SYS-051": "四级河长巡查到位情况",
    "SYS-058": "小微水体巡查", "SYS-089": "网格巡查轨迹",
}  # fmt: skip


@contribute
def _served() -> Iterable[tuple[str, Serving]]:
    for system, title in SERVED.items():
        yield system, Serving("巡查", "patrol.duty", title, "field")
