"""治乡 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import Farm, ManureMonth, VillageProfile

CHECKERS = "plan_officer unit enforcement admin"

village_profile = Register(
    model=VillageProfile, about="一村一年一档：污水四条路径和判定、卫生厕所、垃圾分类、零直排村创建；未判定、未填的按未完成计。",
    columns=["village", "year", "kind", "households", "judgement", "treated_share", "toilets", "sort_score", "state", "org"],
    period="year", public=["village", "year", "kind", "judgement", "sort_points", "beautiful", "accepted_on", "state"],
    lifecycle=lifecycle(
        step("启动创建", "未申报", "创建中", needs="pipe central reuse control"),
        step("报验", "创建中", "待验收", needs="judgement", evidence=True),
        step("退回创建", "待验收", "创建中", needs="problems"),
        step("验收通过", "待验收", "已验收", roles=CHECKERS, needs="accepted_on acceptor", evidence=True, other_person=True),
        step("复核合格", "已验收", "已验收", roles=CHECKERS, needs="rechecked_on", evidence=True),
        step("复核不合格", "已验收", "复核不合格", roles=CHECKERS, needs="rechecked_on problems"),
        step("返工", "复核不合格", "创建中"),
        closed="已验收",
    ),
    serves=["SYS-181", "SYS-182", "SYS-183", "SYS-184"], whole=["SYS-182"],
)  # fmt: skip

farm = Register(
    model=Farm, about="畜禽养殖一场一档：存栏与出栏分开，猪当量按存栏折算（系数未核实），粪污产生、利用按年核算；禁养区冲突在此标出。",
    columns=["site", "species", "stock", "pigs", "scale", "ban_zone", "manure_t", "used_t", "state", "org"],
    public=["site", "species", "scale", "state"], sensitive=["owner", "phone"], holder="site__enterprise__unit",
    lookup=["code", "report_no"],
    public_states="在养 整改 关停",
    lifecycle=lifecycle(
        step("核准备案", "备案", "在养", roles=CHECKERS, needs="eia storage_m3 land_mu", evidence=True),
        step("责令整改", "在养", "整改", roles=CHECKERS, needs="checked_on problem", evidence=True),
        step("整改完成", "整改", "在养", evidence=True, other_person=True),
        step("关停", "*", "关停", roles=CHECKERS, needs="closed_on", evidence=True),
        closed="关停",
    ),
    serves=["SYS-186", "SYS-187", "SYS-188", "SYS-231", "SYS-255"],
)  # fmt: skip

manure_month = Register(
    model=ManureMonth, about="规模养殖场粪污逐月台账：产生、还田、委托、有机肥、损耗、排放，贮存量自动结转。",
    columns=["farm", "period", "opening_t", "made_t", "field_t", "sent_t", "discharged_t", "closing_t", "org"],
    within="farm", period="period", holder="farm__site__enterprise__unit", serves=["SYS-188"],
)  # fmt: skip
