"""Which systems of the plans public warnings serve: a part of each, the publishing; who must be reached is recorded elsewhere."""

from collections.abc import Iterable

from jiuzhi.engine.plan.systems import Serving, contribute

SERVED = {
    "SYS-095": "重污染天气预警发布、更新、解除", "SYS-240": "气象灾害预警发布与 CAP 预警源", "SYS-243": "山洪预警发布",
    "SYS-247": "地质灾害气象风险预警发布与 CAP 预警源", "SYS-280": "预警公开页面与 CAP 预警源",
}  # fmt: skip


@contribute
def _served() -> Iterable[tuple[str, Serving]]:
    for system, title in SERVED.items():
        yield system, Serving("预警", "response.warning", title, "warnings")
