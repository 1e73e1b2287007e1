"""Which systems of the plans the cases serve as a whole, beside the parts that each workflow names."""

from collections.abc import Iterable

from jiuzhi.engine.plan.systems import Serving, contribute

SERVED = {
    "SYS-005": ("cases.list", "问题清单：来源、措施、期限、责任人、验收销号、回头看", "cases"),
    "SYS-006": ("cases.map", "挂图作战：未销号问题按红黄绿上图", "cases_map"),
    "SYS-007": ("cases.list", "警示片问题与督察问题同一流程，反弹重开", "cases"),
    "SYS-008": ("cases.revisit", "回头看：按风险定期复查，反弹重开", "cases"),
}


@contribute
def _served() -> Iterable[tuple[str, Serving]]:
    for system, (code, title, page) in SERVED.items():
        yield system, Serving("流程", code, title, page, whole=True)
