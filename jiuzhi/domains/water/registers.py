"""治水 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import (
    FlowExemption,
    FlowPoint,
    MineInflow,
    MineSample,
    Outlet,
    Plant,
    PlantMonth,
    Source,
    SourceRisk,
)

outlet = Register(
    model=Outlet,
    about="查、测、溯、治、销一条线管好每一个入河排污口（入河排污口监督管理办法，2025-01-01 起施行）。",
    columns=["code", "name", "class1", "water_body", "state", "plan_end", "org"],
    public=["code", "name", "class1", "class2", "water_body", "enterprise", "org", "phone", "permit_no", "sign_built", "state", "lon", "lat"],
    sensitive=["sources"],
    holder="enterprise__unit",
    public_states="已核实 已监测 已溯源 整治中 待验收 已销号 日常监管 注销",
    lifecycle=lifecycle(
        step("核实", "疑似", "已核实", needs="lon lat", evidence=True),
        step("监测", "已核实", "已监测", needs="last_sample_on"),
        step("溯源", "已监测", "已溯源", needs="sources"),
        step("开始整治", "已溯源", "整治中", needs="remediation plan_end"),
        step("报验", "整治中", "待验收", evidence=True),
        step("退回整治", "待验收", "整治中"),
        step("销号", "待验收", "已销号", roles="plan_officer monitoring enforcement admin", needs="closed_on", other_person=True),
        step("转日常监管", "已销号 已溯源", "日常监管"),
        step("反弹", "已销号 日常监管", "整治中"),
        step("注销", "*", "注销", roles="plan_officer admin", evidence=True),
        closed="已销号 日常监管 注销",
    ),
    serves=["SYS-052", "SYS-053"],
)  # fmt: skip

source = Register(
    model=Source, about="一源一档：水源地基本信息、保护区批复、规范化建设、年度环境状况评估（HJ 773、HJ 774）。",
    columns=["code", "name", "level", "kind", "population", "assessed_on", "state", "org"],
    public=["name", "level", "kind", "target_class", "state"], sensitive=["plant"], blur_km=10, lookup=["name"],
    lifecycle=lifecycle(
        step("启用", "规划 备用", "在用", needs="zone_paper zone_on", evidence=True),
        step("转备用", "在用", "备用"),
        step("撤销", "在用 备用 规划", "撤销", roles="plan_officer admin", evidence=True),
        closed="在用 备用 撤销",
    ),
    serves=["SYS-072"],
)  # fmt: skip

source_risk = Register(
    model=SourceRisk, about="水源保护区内的道路、桥梁、村庄、排污口等风险源及其整改。",
    columns=["source", "number", "name", "kind", "zone", "due", "done_on", "org"], within="source", blur_km=10, serves=["SYS-072"],
)  # fmt: skip

plant = Register(
    model=Plant, about="城镇污水处理厂（站）台账：规模、标准、运行状态和更新改造进度。",
    columns=["site", "kind", "design", "standard", "upgrade", "state", "org"],
    public=["site", "kind", "design", "standard", "state"], holder="operator__unit",
    lifecycle=lifecycle(
        step("停运", "运行 间歇", "停运", roles="plan_officer enforcement unit admin", evidence=True),
        step("恢复运行", "停运 间歇", "运行"),
        step("间歇运行", "运行", "间歇"),
        step("报废", "停运", "报废", roles="plan_officer admin", evidence=True),
        closed="运行 间歇 报废",
    ),
    serves=["SYS-059", "SYS-273"],
)  # fmt: skip

plant_month = Register(
    model=PlantMonth, about="污水厂逐月水量、水质、能耗和污泥；次月报送，逾期留痕。",
    columns=["plant", "period", "inflow", "cod_out", "nh3n_out", "tp_out", "days_met", "org"],
    within="plant", period="period", holder="plant__operator__unit", serves=["SYS-059", "SYS-273"],
)  # fmt: skip

mine_inflow = Register(
    model=MineInflow, about="关闭矿井涌水一井一档，分类分级治理（分级办法未核实）；煤矿和其他矿种分开。",
    columns=["code", "name", "mineral", "grade", "flow", "receiving", "state", "plan_end", "org"],
    public=["name", "mineral", "receiving", "state"],
    public_states="分级 方案 施工 试运行 验收 长期监测",
    lifecycle=lifecycle(
        step("分级", "排查", "分级", needs="grade flow"),
        step("定方案", "分级", "方案", needs="treatment plan_end", evidence=True),
        step("开工", "方案", "施工"),
        step("试运行", "施工", "试运行"),
        step("验收", "试运行", "验收", roles="plan_officer monitoring admin", needs="accepted_on", evidence=True, other_person=True),
        step("转长期监测", "验收", "长期监测"),
        step("退回施工", "试运行 验收 长期监测", "施工"),
        closed="验收 长期监测",
    ),
    serves=["SYS-062"],
)  # fmt: skip

mine_sample = Register(
    model=MineSample, about="涌水点逐次采样结果；煤矿的对照 GB 20426-2006 排放限值（未核实），其他矿种只登记。",
    columns=["point", "sampled_on", "flow", "ph", "fe", "mn", "met", "org"], within="point", period="sampled_on", serves=["SYS-062"],
)  # fmt: skip

flow_point = Register(
    model=FlowPoint, about="水电站生态放水责任清单：核定流量、泄放和计量方式、责任人。",
    columns=["code", "name", "water_body", "approved", "gauge", "met_rate", "state", "org"],
    public=["name", "water_body", "approved", "state"], sensitive=["keeper"], holder="enterprise__unit",
    lifecycle=lifecycle(
        step("停运", "在运", "停运"), step("复运", "停运", "在运"),
        step("退出", "在运 停运", "退出", roles="plan_officer admin", evidence=True), closed="在运 停运 退出",
    ),
    serves=["SYS-069"],
)  # fmt: skip

flow_exemption = Register(
    model=FlowExemption, about="不计入生态流量达标评价的时段及批准文件。",
    columns=["point", "start", "end", "reason", "org"], within="point", holder="point__enterprise__unit", serves=["SYS-069"],
)  # fmt: skip
