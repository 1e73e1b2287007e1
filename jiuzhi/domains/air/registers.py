"""治气 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import (
    BanZone,
    BareLand,
    BurnPoint,
    DustCheck,
    DustSite,
    Machine,
    SmokeTest,
    Source,
    VocMaterial,
)

source = Register(
    model=Source, about="涉气污染源一企一档：行业、工序、治理设施、绩效等级和整治状态；许可证只记编号，证在排污许可台账。",
    columns=["site", "permit_class", "scatter", "treatment", "grade", "plan_end", "state", "org"],
    public=["site", "permit_class", "grade", "state"], sensitive=["contact", "phone", "processes"], holder="site__enterprise__unit",
    public_states="建档 有问题 整治中 待验收 已销号 关停取缔",
    lifecycle=lifecycle(
        step("建档", "摸排", "建档", needs="treatment"),
        step("发现问题", "摸排 建档", "有问题", needs="problem"),
        step("开始整治", "有问题", "整治中", needs="plan_end"),
        step("报验", "整治中", "待验收", evidence=True),
        step("退回整治", "待验收", "整治中"),
        step("销号", "待验收", "已销号", roles="plan_officer enforcement admin", needs="closed_on", evidence=True, other_person=True),
        step("关停取缔", "有问题 整治中", "关停取缔", roles="plan_officer enforcement admin", needs="closed_on", evidence=True),
        step("回头看反弹", "已销号 关停取缔", "有问题", needs="revisit_on problem", evidence=True),
        closed="建档 已销号 关停取缔",
    ),
    serves=["SYS-076", "SYS-098"], whole=["SYS-076"],
)  # fmt: skip

voc_material = Register(
    model=VocMaterial, about="涂料、油墨、胶粘剂、清洗剂的 VOCs 含量和年用量，逐年登记；含量带单位，不同单位不比较。",
    columns=["source", "year", "name", "kind", "content", "content_unit", "low_voc", "org"],
    within="source", period="year", holder="source__site__enterprise__unit", sensitive=["used"], serves=["SYS-076", "SYS-077"],
)  # fmt: skip

dust_site = Register(
    model=DustSite, about="工地、堆场、道路等扬尘源名单，随开工、完工动态增减；重大扬尘源、应装视频的工地在此认定。",
    columns=["code", "name", "kind", "area", "phase", "major", "video", "state", "org"],
    public=["name", "kind", "oversight", "state"], lookup=["name"], holder="builder__unit",
    public_states="在册 整改中 待复核 出册",
    lifecycle=lifecycle(
        step("列入名单", "新增", "在册", needs="oversight phase"),
        step("责令整改", "在册", "整改中", needs="last_check_on"),
        step("报复核", "整改中", "待复核", evidence=True),
        step("退回整改", "待复核", "整改中"),
        step("复核通过", "待复核", "在册", needs="last_check_on", other_person=True),
        step("出册", "新增 在册", "出册", needs="end_on phase", evidence=True),
        closed="在册 出册",
    ),
    serves=["SYS-084", "SYS-085"], whole=["SYS-085"],
)  # fmt: skip

dust_check = Register(
    model=DustCheck, about="扬尘源逐次检查：发现问题、限期整改、另一人复核；月度核查证明名单确实动态更新。",
    columns=["site", "checked_on", "kind", "score", "problem", "due_on", "state", "org"],
    within="site", period="checked_on", holder="site__builder__unit", sensitive=["inspector"],
    lifecycle=lifecycle(
        step("报复核", "整改中", "待复核", needs="fixed_on", evidence=True),
        step("退回整改", "待复核", "整改中", needs="due_on"),
        step("复核", "待复核", "已复核", needs="fixed_on", other_person=True),
        closed="无问题 已复核",
    ),
    serves=["SYS-084", "SYS-085"],
)  # fmt: skip

bare_land = Register(
    model=BareLand, about="城市裸露地块台账：影像或巡查发现、认领、覆盖或利用、复核；网盖过的仍定期复查。",
    columns=["code", "name", "area", "found_on", "measure", "due_on", "state", "org"],
    public=["name", "kind", "area", "measure", "state"], lookup=["name"], holder="owner__unit",
    public_states="待治理 治理中 待复核 已治理 出册",
    lifecycle=lifecycle(
        step("核实认领", "待核实", "待治理", needs="due_on oversight"),
        step("开始治理", "待治理", "治理中", needs="measure"),
        step("报复核", "治理中", "待复核", needs="covered done_on", evidence=True),
        step("退回治理", "待复核", "治理中"),
        step("复核通过", "待复核", "已治理", needs="covered done_on recheck_on", other_person=True),
        step("再次裸露", "已治理", "待治理", needs="recheck_on", evidence=True),
        step("出册", "待核实 已治理", "出册", roles="plan_officer unit enforcement admin", evidence=True),
        closed="已治理 出册",
    ),
    serves=["SYS-086"],
)  # fmt: skip

machine = Register(
    model=Machine, about="非道路移动机械编码登记、排放阶段、在用工地和淘汰补贴；农业机械单列范围。",
    columns=["code", "kind", "scope", "power", "stage", "enterprise", "used_at", "state", "org"],
    public=["code", "kind", "stage", "state"], sensitive=["owner", "phone", "subsidy"], lookup=["engine_no"],
    holder="enterprise__unit",
    public_states="核验 在用 停用待修 已淘汰 已转出",
    lifecycle=lifecycle(
        step("核验", "登记", "核验", needs="stage stage_by engine_no", evidence=True),
        step("发牌启用", "核验", "在用", needs="registered_on", other_person=True),
        step("停用维修", "在用", "停用待修"),
        step("修复启用", "停用待修", "在用", evidence=True),
        step("淘汰", "登记 核验 在用 停用待修", "已淘汰", needs="scrapped_on scrap_paper", evidence=True, other_person=True),
        step("转出", "登记 核验 在用 停用待修", "已转出", needs="scrapped_on scrap_paper"),
        closed="在用 已淘汰 已转出",
    ),
    serves=["SYS-083"], whole=["SYS-083"],
)  # fmt: skip

smoke_test = Register(
    model=SmokeTest, about="非道路移动机械逐次烟度检测；适用限值随值记下（GB 36886，限值未核实），不合格的维修后复检。",
    columns=["machine", "tested_on", "place", "k", "k_limit", "ringelmann", "state", "org"],
    within="machine", period="tested_on", holder="machine__enterprise__unit",
    lifecycle=lifecycle(
        step("报复检", "不合格", "待复检", needs="fixed_on", evidence=True),
        step("复检合格", "待复检", "复检合格", evidence=True, other_person=True),
        step("复检不合格", "待复检", "不合格"),
        closed="合格 复检合格",
    ),
    serves=["SYS-083"],
)  # fmt: skip

ban_zone = Register(
    model=BanZone, about="通告划定的秸秆禁烧区、禁燃区、禁放区、限行区和机械禁用区，各有生效日期；火点是否违规按当日有效的区域判断。",
    columns=["code", "name", "kind", "valid_from", "valid_to", "oversight", "org"],
    public=["name", "kind", "grade", "paper", "valid_from", "valid_to", "rule", "shape", "lon", "lat"], lookup=["name"],
    serves=["SYS-078", "SYS-083", "SYS-088", "SYS-090", "SYS-092"],
)  # fmt: skip

burn_point = Register(
    model=BurnPoint, about="露天焚烧火点：卫星、高点视频、网格发现的火点，派单、到场、处置、核销全程留痕；卫星火点可从 FIRMS 文件导入。",
    columns=["code", "source", "seen_on", "seen_at", "confidence", "cause", "state", "org"], period="seen_on", sensitive=["person"],
    lifecycle=lifecycle(
        step("派单", "告警", "派单"),
        step("到场", "派单", "到场", needs="arrived_on"),
        step("处置", "到场", "处置", needs="cause", evidence=True),
        step("核销", "处置", "核销", needs="cause", other_person=True),
        step("误报", "告警 派单 到场", "误报", evidence=True),
        closed="核销 误报",
    ),
    serves=["SYS-088"],
)  # fmt: skip
