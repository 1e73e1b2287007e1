"""治废 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import Cell, GeneralWasteMonth, MedicalMonth, MedicalPoint, Producer, ProducerWaste

CHECKERS = "plan_officer unit enforcement admin"

producer = Register(
    model=Producer, about="产废单位按生产场所建档，危废分级分类管理（HJ 1259-2022）：填报类别与推算类别并列，只能提高不能降低。",
    columns=["site", "enterprise", "hw_class", "hw_class_by_rule", "general_class", "plan_on", "state", "org"],
    public=["site", "enterprise", "hw_class", "general_class"], sensitive=["officer", "phone"],
    holder="enterprise__unit", lookup=["plan_no"],
    public_states="建档 在管 整改 注销",
    lifecycle=lifecycle(
        step("建档", "摸排", "建档", needs="officer"),
        step("纳入管理", "建档", "在管", roles=CHECKERS, needs="class_basis plan_no plan_on"),
        step("纳入管理（不产危废）", "建档", "在管", roles=CHECKERS, needs="general_class"),
        step("责令整改", "在管", "整改", roles=CHECKERS, needs="assessed_on assessed", evidence=True),
        step("整改完成", "整改", "在管", roles=CHECKERS, evidence=True, other_person=True),
        step("注销", "*", "注销", roles=CHECKERS, evidence=True),
        closed="注销",
    ),
    serves=["SYS-120", "SYS-128", "SYS-130", "SYS-047"],
)  # fmt: skip

producer_waste = Register(
    model=ProducerWaste, about="产废单位的废物清单：危废按名录代码，一般固废按分类代码；代码不在名录的当场指出。",
    columns=["producer", "code", "name", "kind", "annual_t", "way", "receiver", "org"],
    within="producer", public=["producer", "code", "name", "kind"], holder="producer__enterprise__unit",
    serves=["SYS-120", "SYS-128", "SYS-047"],
)  # fmt: skip

general_ledger = Register(
    model=GeneralWasteMonth, about="一般工业固废管理台账（公告 2021 年第 82 号，表式未核实）：逐月逐种登记产生、利用、处置，贮存量自动结转。",
    columns=["producer", "code", "name", "period", "made_t", "closing_t", "measured", "state", "org"],
    within="producer", period="period", holder="producer__enterprise__unit",
    lifecycle=lifecycle(
        step("提交", "待提交 退回", "已提交"),
        step("退回", "已提交 已审核", "退回", roles=CHECKERS, needs="issues"),
        step("审核通过", "已提交", "已审核", roles=CHECKERS, other_person=True),
        drafts="待提交", closed="已审核",
    ),
    serves=["SYS-120", "SYS-122", "SYS-047"],
)  # fmt: skip

medical_point = Register(
    model=MedicalPoint, about="医疗机构和集中暂存点一点一档：谁来收、多久收一次、最近何时收；超 2 天要有批准依据。",
    columns=["code", "name", "kind", "gathers_at", "collector", "interval_days", "last_collected_on", "state", "org"],
    public=["name", "kind", "collector", "state"], sensitive=["officer", "phone"], holder="enterprise__unit", lookup=["name"],
    public_states="在用 停用 注销",
    lifecycle=lifecycle(
        step("启用", "建档 停用", "在用", needs="interval_days"), step("停用", "在用", "停用"),
        step("注销", "*", "注销", roles=CHECKERS, evidence=True),
        closed="停用 注销", expires="agreement_to", renew_days=30,
    ),
    serves=["SYS-134"],
)  # fmt: skip

medical_month = Register(
    model=MedicalMonth, about="医疗废物逐月交接、处置量：按感染、损伤、病理、化学、药物五类称重，收运与处置平衡。",
    columns=["point", "period", "handovers", "late", "longest_h", "total_kg", "disposed_kg", "org"],
    within="point", period="period", holder="point__enterprise__unit", serves=["SYS-134"],
)  # fmt: skip

cell = Register(
    model=Cell, about="无废细胞创建：申报、自评、核查、授牌、复核、撤销；只计已授牌未撤销的，县级、市级分开计。",
    columns=["code", "name", "kind", "level", "check_score", "granted_on", "valid_to", "state", "org"],
    public=["name", "kind", "level", "granted_on", "valid_to", "highlights", "state"], holder="enterprise__unit", lookup=["name"],
    public_states="公示 已授牌 复核中 已撤销",
    lifecycle=lifecycle(
        step("自评", "申报", "自评", needs="self_score standard"),
        step("核查", "自评", "核查", roles=CHECKERS, needs="check_score checked_on", evidence=True),
        step("公示", "核查", "公示", roles=CHECKERS),
        step("授牌", "公示", "已授牌", roles=CHECKERS, needs="granted_on paper valid_to", evidence=True),
        step("不予通过", "自评 核查 公示", "未通过", roles=CHECKERS, needs="note"),
        step("启动复核", "已授牌", "复核中", roles=CHECKERS),
        step("复核通过", "复核中", "已授牌", roles=CHECKERS, needs="rechecked_on valid_to", evidence=True),
        step("撤销", "已授牌 复核中", "已撤销", roles=CHECKERS, needs="revoked_on revoke_reason", evidence=True),
        step("重新申报", "未通过", "申报"),
        closed="未通过 已撤销", expires="valid_to", renew_days=90,
    ),
    serves=["SYS-139"], whole=["SYS-139"],
)  # fmt: skip
