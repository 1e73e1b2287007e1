"""治岸 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import Observation, Segment

segment = Register(
    model=Segment, about="逐河逐岸逐段登记岸线：功能区、性质、长度和占用。性质不能直接改，要凭佐证提出、由另一人核定。",
    columns=["code", "water_body", "bank", "length", "zone", "nature", "use", "imagery_on", "org"],
    public=["code", "water_body", "bank", "length", "zone", "nature", "use", "imagery_on"], holder="user__unit",
    lifecycle=lifecycle(
        step("提出变更", "现状 已变更", "变更待核", needs="proposed nature_by imagery_on", evidence=True),
        step("核定变更", "变更待核", "已变更", roles="plan_officer unit monitoring admin", needs="proposed", other_person=True),
        step("不予变更", "变更待核", "现状", roles="plan_officer unit monitoring admin", other_person=True),
        closed="现状 已变更",
    ),
    serves=["SYS-169", "SYS-170"], whole=["SYS-170"],
)  # fmt: skip

observation = Register(
    model=Observation, about="岸线段逐次影像或现场观测：当日性质、变化长度、核查结论；某日的性质可由此追溯。",
    columns=["segment", "seen_on", "by", "nature", "changed", "cover", "state", "org"],
    within="segment", holder="segment__user__unit", period="seen_on", sensitive=["observer"],
    lifecycle=lifecycle(
        step("核查无变化", "待核查", "无变化", needs="by"),
        step("核查属实", "待核查", "属实", needs="finding", evidence=True),
        step("核查不属实", "待核查", "不属实", needs="finding", evidence=True),
        step("认定历史合法", "待核查 属实", "历史合法", roles="plan_officer unit admin", needs="finding", evidence=True, other_person=True),
        step("重新核查", "无变化 不属实 历史合法", "待核查"),
        closed="无变化 不属实 历史合法",
    ),
    serves=["SYS-169", "SYS-170"],
)  # fmt: skip
