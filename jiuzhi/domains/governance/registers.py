"""治理 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import ExecutionReport, Milestone, Permit, PermitLimit, Project

permit = Register(
    model=Permit,
    about="一企一证：许可证、限值、执行报告连在一起；有效期 5 年，届满 60 日前申请延续，提前 90 天提醒（排污许可管理条例）。",
    columns=["number", "enterprise", "category", "valid_to", "renewal_on", "state", "org"],
    public=["number", "enterprise", "category", "industry", "authority", "valid_from", "valid_to", "state"],
    holder="enterprise__unit", lookup=["number"],
    public_states="有效 延续申请 变更中 失效 已撤销 已注销",
    lifecycle=lifecycle(
        step("受理", "申请", "受理"),
        step("核发", "受理", "有效", roles="plan_officer unit admin", needs="issued_on valid_from valid_to", evidence=True),
        step("退回", "受理", "申请"),
        step("申请延续", "有效", "延续申请", needs="renewal_on"),
        step("准予延续", "延续申请", "有效", roles="plan_officer unit admin", needs="valid_to", evidence=True),
        step("申请变更", "有效", "变更中", needs="change_due"),
        step("准予变更", "变更中", "有效", roles="plan_officer unit admin", evidence=True),
        step("确认失效", "有效 延续申请 变更中", "失效", roles="plan_officer enforcement unit admin"),
        step("撤销", "*", "已撤销", roles="plan_officer enforcement admin", evidence=True),
        step("注销", "有效 失效 延续申请 变更中", "已注销", roles="plan_officer unit admin", evidence=True),
        closed="失效 已撤销 已注销", expires="valid_to", renew_days=90,
    ),
    serves=["SYS-018", "SYS-019"],
)  # fmt: skip

limit = Register(
    model=PermitLimit, about="许可证载明的逐排放口、逐污染物限值和自行监测要求。",
    columns=["permit", "outlet", "pollutant", "conc", "conc_unit", "annual_t", "standard", "org"],
    within="permit", public=["permit", "outlet", "pollutant", "code", "conc", "conc_unit", "rate", "annual_t", "standard"],
    holder="permit__enterprise__unit", serves=["SYS-018", "SYS-030"],
)  # fmt: skip

report = Register(
    model=ExecutionReport, about="排污许可执行报告：年报、季报的应交、提交、审核和实际排放量。",
    columns=["permit", "period", "due_on", "submitted_on", "exceed_count", "state", "org"],
    within="permit", period="period", holder="permit__enterprise__unit",
    public=["permit", "period", "submitted_on", "so2", "nox", "pm", "voc", "cod", "nh3n", "tp", "tn"],
    public_states="已审核",
    lifecycle=lifecycle(
        step("提交", "待提交 退回", "已提交", needs="submitted_on", evidence=True),
        step("退回", "已提交", "退回", roles="plan_officer unit enforcement admin", needs="issues"),
        step("审核通过", "已提交", "已审核", roles="plan_officer unit enforcement admin", needs="reviewed_on", other_person=True),
        drafts="待提交", closed="已提交 已审核", expires="due_on", renew_days=15,
    ),
    serves=["SYS-018"],
)  # fmt: skip

project = Register(
    model=Project, about="重大项目台账：规模、地点、投资、责任人、阶段；规划所列项目以条目号登记，未说明的内容留空待核实。",
    columns=["code", "name", "stage", "lead", "place", "invest", "paid", "progress", "finish_due", "org"],
    public=["name", "place", "quantity", "quantity_unit", "lead", "stage", "start_on", "finished_on"],
    sensitive=["owner_phone", "leader"], lookup=["name"],
    lifecycle=lifecycle(
        step("入库", "待核实", "储备", needs="owner"),
        step("开展前期", "待核实 储备", "前期", needs="owner invest"),
        step("开工", "待核实 储备 前期 停缓建", "开工", needs="start_on owner invest", evidence=True),
        step("在建", "开工", "在建"),
        step("完工", "开工 在建", "完工", needs="finished_on paid", evidence=True),
        step("验收", "完工", "验收", needs="accepted_on", evidence=True, other_person=True),
        step("停缓建", "储备 前期 开工 在建", "停缓建", roles="plan_officer unit admin", needs="problem"),
        closed="完工 验收", field="stage", expires="finish_due", renew_days=60,
    ),
    serves=["SYS-003", "SYS-248"],
)  # fmt: skip

milestone = Register(
    model=Milestone, about="重大项目的节点：计划、调整、实际日期；到期前一个月提醒，逾期列出。",
    columns=["project", "order", "name", "due_on", "actual_on", "owner", "state", "org"],
    within="project", public=["project", "name", "due_on", "actual_on", "state"],
    lifecycle=lifecycle(
        step("完成", "未完成", "已完成", needs="actual_on", evidence=True),
        step("重开", "已完成 已取消", "未完成"),
        step("取消", "未完成", "已取消", roles="plan_officer unit admin", needs="adjust_reason"),
        closed="已完成 已取消", expires="due_on", renew_days=30,
    ),
    serves=["SYS-003"],
)  # fmt: skip
