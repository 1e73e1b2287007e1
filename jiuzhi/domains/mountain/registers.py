"""治山 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import Marker, Mine, MineRestoration, Occurrence, ProtectedArea, Species, Subcompartment

protected_area = Register(
    model=ProtectedArea,
    about="自然保护地的批准面积、边界版本和勘界立标进度；整合优化方案由上级批准，这里只记版本和文号。",
    columns=["code", "name", "kind", "level", "area_ha", "state", "org"],
    public=["name", "kind", "level", "area_ha", "protects", "manager", "state"],
    lookup=["name"],
    lifecycle=lifecycle(
        step("核实", "待核实", "整合优化前", needs="level area_ha"),
        step("上报方案", "整合优化前", "方案上报", needs="boundary_edition"),
        step("批准", "方案上报", "已批", roles="plan_officer admin", needs="paper approved_on area_ha", evidence=True),
        step("退回方案", "方案上报", "整合优化前"),
        step("开始勘界", "已批", "勘界中", needs="markers_planned"),
        step("完成立标", "勘界中", "已立标", needs="markers_planned", evidence=True, other_person=True),
        step("重新勘界", "已立标", "勘界中"),
        closed="已立标",
    ),
    serves=["SYS-149"],
    whole=["SYS-149"],
)  # fmt: skip

marker = Register(
    model=Marker, about="自然保护地界桩、界碑、标识牌的位置、照片与巡检。",
    columns=["area", "number", "kind", "set_on", "last_check_on", "state", "org"],
    within="area", public=["area", "number", "kind", "state"], sensitive=["checked_by"],
    lifecycle=lifecycle(
        step("报损", "完好", "损坏", needs="last_check_on", evidence=True),
        step("报缺失", "完好 损坏", "缺失", needs="last_check_on", evidence=True),
        step("报移位", "完好", "移位", needs="last_check_on", evidence=True),
        step("修复", "损坏 缺失 移位", "完好", needs="last_check_on", evidence=True),
        closed="完好",
    ),
    serves=["SYS-149"],
)  # fmt: skip

mine = Register(
    model=Mine, about="矿山损毁与修复面积、绿色矿山建设进度。矿山本身在场所名录登记一次，风险、涌水等台账引用同一场所。",
    columns=["site", "mineral", "scale", "status", "disturbed_ha", "restored_ha", "green", "org"],
    public=["site", "mineral", "scale", "status", "green"], holder="site__enterprise__unit",
    lifecycle=lifecycle(
        step("自评", "未建 移出", "自评", needs="edition self_score assess_on"),
        step("县级推荐", "自评", "县推荐", roles="plan_officer admin", needs="third_score", evidence=True),
        step("入市级名录", "县推荐", "市级", roles="plan_officer admin", evidence=True),
        step("入国家级名录", "市级", "国家级", roles="plan_officer admin", evidence=True),
        step("退回整改", "自评 县推荐", "未建", needs="faults_left"),
        step("移出名录", "市级 国家级", "移出", roles="plan_officer admin", evidence=True),
        field="green",
    ),
    serves=["SYS-159", "SYS-160"],
)  # fmt: skip

restoration = Register(
    model=MineRestoration, about="矿山生态修复逐项登记，从计划到验收；修复面积与治理恢复基金使用在此对照。",
    columns=["code", "name", "mine", "area_ha", "state", "accepted_on", "org"],
    within="mine", public=["name", "mine", "area_ha", "state"], holder="mine__site__enterprise__unit",
    lifecycle=lifecycle(
        step("开工", "计划", "施工", needs="start_on"),
        step("完工", "施工", "完工", needs="finish_on", evidence=True),
        step("验收", "完工", "已验收", roles="plan_officer unit admin", needs="accepted_on acceptance_no", evidence=True,
             other_person=True),
        step("退回施工", "完工", "施工"),
        closed="已验收",
    ),
    serves=["SYS-160"],
)  # fmt: skip

species = Register(
    model=Species, about="县域物种名录：接受名、别名、保护级别（注明名录版本）、红色名录等级、县内状况和保护措施。",
    columns=["latin", "name", "group", "family", "protect_level", "local_status", "org"],
    public=["latin", "name", "aliases", "group", "family", "protect_level", "list_edition", "red_list", "alien", "local_status"],
    lookup=["name", "aliases"], serves=["SYS-161", "SYS-164"],
)  # fmt: skip

occurrence = Register(
    model=Occurrence, about="物种分布记录，字段对应 Darwin Core；位置只对授权人精确显示，对其他人模糊到 10 公里网格。",
    columns=["occurrence_id", "species", "status", "event_date", "basis", "individual_count", "state", "org"],
    public=["species", "status", "event_date", "basis", "dataset"], sensitive=["locality", "recorded_by", "identified_by", "device"], blur_km=10,
    within="species",
    public_states="已发布",
    lifecycle=lifecycle(
        step("提交", "录入", "待审", needs="recorded_by"),
        step("专家确认", "待审 存疑", "专家确认", needs="identified_by", other_person=True),
        step("存疑", "待审 专家确认 已发布", "存疑"),
        step("发布", "专家确认", "已发布", roles="plan_officer unit admin"),
        closed="已发布",
    ),
    serves=["SYS-161", "SYS-162", "SYS-163"],
)  # fmt: skip

subcompartment = Register(
    model=Subcompartment, about="林班小班：每年从林草湿调查监测成果整体更新，改正要写明原因；并轨试点的类别、协议和补助在此对照。",
    columns=["code", "year", "area_ha", "land_class", "forest_class", "stock_m3", "state", "org"],
    sensitive=["manager", "ranger", "agreement_no", "amount"], lookup=["code_local"],
    lifecycle=lifecycle(
        step("核对", "更新入库", "已核对"),
        step("发布", "已核对", "已发布", roles="plan_officer unit admin", other_person=True),
        step("更正", "已核对 已发布", "更新入库", evidence=True),
        closed="已发布",
    ),
    serves=["SYS-281", "SYS-168", "SYS-049"],
)  # fmt: skip
