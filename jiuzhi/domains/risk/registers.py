"""风险 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import (
    Depot,
    EnterpriseRisk,
    Geohazard,
    GeohazardCard,
    RadiationSource,
    RadiationUnit,
    RayDevice,
    RiskSubstance,
    Supply,
)

geohazard = Register(
    model=Geohazard, about="地质灾害隐患点和风险区双台账：威胁对象、四重网格责任人、撤离路线、两卡与标识到位情况。",
    columns=["code", "name", "zone_kind", "kind", "danger", "people", "state", "org"],
    public=["name", "zone_kind", "kind", "village", "danger", "risk", "shelter", "signals"],
    sensitive=["watcher", "area_head", "geologist", "county_duty"], lookup=["name", "field_no"],
    public_states="在册 治理中 搬迁中 待核销 已核销",
    lifecycle=lifecycle(
        step("入册", "新增", "在册", needs="watcher route shelter", evidence=True),
        step("开始治理", "在册", "治理中", needs="strategy"),
        step("开始搬迁", "在册", "搬迁中", needs="strategy"),
        step("申请核销", "治理中 搬迁中 在册", "待核销", evidence=True),
        step("退回在册", "待核销 治理中 搬迁中", "在册"),
        step("核销", "待核销", "已核销", roles="plan_officer unit admin", evidence=True, other_person=True),
        step("复活", "已核销", "在册", needs="watcher", evidence=True),
        closed="已核销",
    ),
    serves=["SYS-245", "SYS-246", "SYS-247", "SYS-250", "SYS-279"], whole=["SYS-279"],
)  # fmt: skip

card = Register(
    model=GeohazardCard, about="防灾明白卡、避险明白卡逐张登记到责任人和户：发放、签收、换发、作废。",
    columns=["number", "point", "kind", "issued_on", "signed_on", "valid_to", "state", "org"],
    within="point",
    sensitive=["holder", "phone", "house", "relation", "special", "watcher", "alarm_by", "shelter_head", "medic", "commander"],
    lifecycle=lifecycle(
        step("发放", "待发放", "已发放", needs="issued_on edition route shelter"),
        step("签收", "已发放", "已签收", needs="signed_on valid_to", evidence=True),
        step("换发", "已签收 已发放", "待发放"),
        step("作废", "*", "已作废"),
        closed="已作废", expires="valid_to", renew_days=60,
    ),
    serves=["SYS-246"],
)  # fmt: skip

enterprise_risk = Register(
    model=EnterpriseRisk, about="突发环境事件风险单位分级（HJ 941-2018）：Q、M、E 与推算等级并列评定等级；分界和矩阵未核实。",
    columns=["enterprise", "assessed_on", "level", "level_by_rule", "next_assess_on", "state", "org"],
    public=["enterprise", "level"], holder="enterprise__unit",
    public_states="已审核 在管 重估 退出",
    lifecycle=lifecycle(
        step("审核", "申报 重估", "已审核", roles="plan_officer enforcement unit admin", evidence=True),
        step("退回", "已审核", "申报"),
        step("纳管", "已审核", "在管", needs="plan_no inspections next_assess_on"),
        step("重估", "在管", "重估"),
        step("退出", "在管 重估", "退出", roles="plan_officer admin", evidence=True),
        closed="退出", expires="next_assess_on", renew_days=90,
    ),
    serves=["SYS-219"],
)  # fmt: skip

substance = Register(
    model=RiskSubstance, about="环境风险单位的风险物质清单：最大存在量÷临界量即该物质对 Q 的贡献。",
    columns=["assessment", "name", "cas", "medium", "max_onsite", "critical", "ratio", "org"],
    within="assessment", sensitive=["place"], holder="assessment__enterprise__unit", serves=["SYS-219"],
)  # fmt: skip

radiation_unit = Register(
    model=RadiationUnit, about="辐射安全许可：持证单位、活动范围、有效期与延续；到期前提醒。",
    columns=["licence", "enterprise", "kinds", "valid_to", "state", "org"],
    sensitive=["officer", "officer_phone"], holder="enterprise__unit",
    lifecycle=lifecycle(
        step("申请延续", "有效", "延续申请", needs="renewal_on"),
        step("延续", "延续申请", "有效", roles="plan_officer unit admin", needs="valid_to", evidence=True),
        step("注销", "有效 延续申请", "已注销", roles="plan_officer unit admin", evidence=True),
        step("吊销", "有效 延续申请", "已吊销", roles="plan_officer enforcement admin", evidence=True),
        closed="已注销 已吊销", expires="valid_to", renew_days=90,
    ),
    serves=["SYS-232"],
)  # fmt: skip

source = Register(
    model=RadiationSource, about="放射源一源一码：活度、类别、场所、退役与收贮。场所不公开，对未授权人模糊到 20 公里。",
    columns=["code", "unit", "nuclide", "class_given", "class_by_rule", "state", "org"],
    within="unit", sensitive=["place", "shield", "stored_at"], blur_km=20, holder="unit__enterprise__unit",
    lifecycle=lifecycle(
        step("停用备存", "在用", "备用"),
        step("启用", "备用 闲置", "在用"),
        step("退役", "在用 备用 闲置", "待送贮", needs="retired_on"),
        step("送贮", "待送贮", "已送贮", needs="stored_on stored_at", evidence=True),
        step("返回生产单位", "待送贮", "已返回", needs="stored_on stored_at", evidence=True),
        step("转出", "在用 备用 闲置", "已转出", needs="stored_on stored_at", evidence=True),
        step("报告丢失被盗", "在用 备用 闲置 待送贮", "丢失被盗", evidence=True),
        step("找回", "丢失被盗", "闲置", roles="plan_officer enforcement admin", evidence=True),
        closed="已送贮 已返回 已转出",
    ),
    serves=["SYS-232"],
)  # fmt: skip

device = Register(
    model=RayDevice, about="射线装置台账：类别、参数、房间、防护检测。",
    columns=["unit", "serial", "name", "device_class", "checked_on", "state", "org"],
    within="unit", sensitive=["room"], holder="unit__enterprise__unit",
    lifecycle=lifecycle(
        step("停用", "在用", "停用"), step("恢复使用", "停用", "在用", needs="checked_on"),
        step("报废", "在用 停用", "报废", evidence=True), closed="报废",
    ),
    serves=["SYS-232"],
)  # fmt: skip

depot = Register(
    model=Depot, about="应急物资库点：环境应急、森林防火、防汛、地灾共用一份库点名录。",
    columns=["code", "name", "uses", "owner_kind", "checked_on", "org"],
    public=["name", "uses"], sensitive=["keeper", "phone"], holder="enterprise__unit", lookup=["name"],
    serves=["SYS-223", "SYS-238", "SYS-064"],
)  # fmt: skip

supply = Register(
    model=Supply, about="应急物资分批登记：数量、最低储备量、有效期、完好情况；到期前提醒更换。",
    columns=["depot", "item", "batch", "group", "quantity", "measure", "expires_on", "state", "org"],
    within="depot", holder="depot__enterprise__unit",
    lifecycle=lifecycle(
        step("调出", "在库", "调出", evidence=True), step("归还", "调出", "在库", needs="checked_on"),
        step("列入补充", "在库 调出", "待补充"), step("补充入库", "待补充", "在库", needs="checked_on quantity"),
        step("报废", "在库 调出 待补充", "已报废", evidence=True),
        closed="已报废", expires="expires_on", renew_days=90,
    ),
    serves=["SYS-223", "SYS-238"],
)  # fmt: skip
