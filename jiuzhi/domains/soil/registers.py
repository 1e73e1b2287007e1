"""治土 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import FarmMeasure, FarmPlot, FarmSample, KeyUnit, LandPlot, LandPollutant, UnitDuty

land_plot = Register(
    model=LandPlot, about="建设用地地块从线索、调查、风险评估、列入名录到修复移出；名录由省级公布，县里照录并据此答复供地。",
    columns=["code", "name", "area", "planned_use", "survey_result", "listed_on", "state", "org"],
    public=["code", "name", "former", "planned_use", "listed_on", "delisted_on", "hold", "restriction", "state"],
    lookup=["name"], holder="former__unit",
    public_states="列入名录 管控修复 效果评估 移出名录",
    lifecycle=lifecycle(
        step("启动调查", "线索", "调查中", needs="trigger planned_use"),
        step("报告送审", "调查中", "待评审", needs="sampled_on survey_by land_class", evidence=True),
        step("评审退回", "待评审", "调查中"),
        step("评审通过未超标", "待评审", "可用", roles="plan_officer admin", needs="survey_on survey_result clear_on", evidence=True),
        step("转风险评估", "待评审", "风险评估", roles="plan_officer admin", needs="survey_on survey_result", evidence=True),
        step("评估无需管控", "风险评估", "可用", roles="plan_officer admin", needs="risk_on risk_result clear_on", evidence=True),
        step("列入名录", "风险评估", "列入名录", roles="plan_officer admin", needs="risk_on risk_result listed_on list_source", evidence=True),
        step("方案备案", "列入名录", "管控修复", needs="measure plan_on", evidence=True),
        step("效果评估", "管控修复", "效果评估", needs="effect_on", evidence=True),
        step("评估未达标", "效果评估", "管控修复"),
        step("移出名录", "效果评估", "移出名录", roles="plan_officer admin", needs="delisted_on", evidence=True, other_person=True),
        step("恢复利用", "移出名录", "可用", needs="clear_on"),
        step("发现新污染", "可用", "调查中", needs="trigger", evidence=True),
        closed="可用",
    ),
    serves=["SYS-112", "SYS-114"],
)  # fmt: skip

land_pollutant = Register(
    model=LandPollutant, about="地块各深度污染物最大值，按规划用地类别对照 GB 36600-2018 的筛选值、管制值；类别未定的不可评。",
    columns=["plot", "item", "depth", "screening", "control", "org"], within="plot", holder="plot__former__unit",
    sensitive=["highest", "points", "background", "grade"], serves=["SYS-112"],
)  # fmt: skip

key_unit = Register(
    model=KeyUnit, about="逐年公布的土壤污染重点监管单位名录；每家的义务逐项登记在义务清单，到期提醒。",
    columns=["enterprise", "year", "reasons", "entered_on", "in_permit", "state", "org"],
    public=["enterprise", "year", "list_paper", "published_on", "state"], holder="enterprise__unit", period="year",
    lifecycle=lifecycle(
        step("移出名录", "在列", "移出", roles="plan_officer admin", needs="left_on left_why", evidence=True),
        closed="移出",
    ),
    serves=["SYS-113"],
)  # fmt: skip

unit_duty = Register(
    model=UnitDuty, about="重点监管单位的年报、隐患排查、自行监测、拆除备案逐项到期、提交、整改、办结。",
    columns=["unit", "kind", "due_on", "done_on", "dangers", "fixed", "exceeds", "state", "org"],
    within="unit", holder="unit__enterprise__unit", sensitive=["exceeding"],
    lifecycle=lifecycle(
        step("提交", "待履行", "已提交", needs="done_on paper", evidence=True),
        step("退回重做", "已提交", "待履行"),
        step("转整改", "已提交", "整改中", needs="dangers"),
        step("办结", "已提交 整改中", "已办结", roles="plan_officer enforcement monitoring admin", other_person=True),
        closed="已办结", expires="due_on", renew_days=90,
    ),
    serves=["SYS-113", "SYS-115"],
)  # fmt: skip

farm_plot = Register(
    model=FarmPlot, about="农用地地块的类别、污染程度和安全利用核算；地块级信息不公开，位置对外模糊到 10 公里。",
    columns=["code", "village", "area_mu", "land_use", "crop", "use_year", "state", "org"],
    sensitive=["category", "degree", "pollutants", "ph", "grower", "safe_mu"], blur_km=10,
    lifecycle=lifecycle(
        step("划类", "待划类", "已划类", needs="category_paper category_on", evidence=True),
        step("定方案", "已划类 评价", "方案", evidence=True),
        step("实施", "方案", "实施"),
        step("评价", "实施", "评价", needs="use_year safe_mu", evidence=True, other_person=True),
        step("申请调整类别", "已划类 评价", "调整报批", needs="category_why", evidence=True),
        step("批准调整", "调整报批", "已划类", roles="plan_officer admin", needs="category_paper category_on", evidence=True),
        step("不予调整", "调整报批", "已划类", roles="plan_officer admin"),
        closed="已划类 评价",
    ),
    serves=["SYS-109", "SYS-110"], whole=["SYS-110"],
)  # fmt: skip

farm_measure = Register(
    model=FarmMeasure, about="受污染耕地逐季措施；有佐证并经另一人核实的面积才能进入安全利用核算。",
    columns=["plot", "year", "season", "kind", "area_mu", "state", "org"], within="plot", period="year",
    lifecycle=lifecycle(
        step("开始实施", "计划", "实施中", needs="start_on by"),
        step("报核实", "实施中", "待核实", needs="end_on", evidence=True),
        step("退回", "待核实", "实施中"),
        step("核实", "待核实", "已核实", needs="end_on", evidence=True, other_person=True),
        closed="已核实",
    ),
    serves=["SYS-110"],
)  # fmt: skip

farm_sample = Register(
    model=FarmSample, about="土壤与农产品协同样品；土壤按 GB 15618-2018 的地类和 pH 档评价，缺 pH 为不可评。",
    columns=["plot", "sampled_on", "number", "ph", "produce", "lab", "org"], within="plot", period="sampled_on",
    sensitive=["cd", "hg", "arsenic", "pb", "cr", "produce_met", "grade", "over"], serves=["SYS-109", "SYS-110", "SYS-111"],
)  # fmt: skip
