"""治水 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import Outlet

outlet = Register(
    model=Outlet,
    about="查、测、溯、治、销一条线管好每一个入河排污口（入河排污口监督管理办法，2025-01-01 起施行）。",
    columns=["code", "name", "class1", "water_body", "state", "plan_end", "org"],
    public=["code", "name", "class1", "class2", "water_body", "enterprise", "permit_no", "state", "lon", "lat"],
    sensitive=["sources"],
    holder="enterprise__unit",
    lifecycle=lifecycle(
        step("核实", "疑似", "已核实", needs="lon lat", evidence=True),
        step("监测", "已核实", "已监测", needs="last_sample_on"),
        step("溯源", "已监测", "已溯源", needs="sources"),
        step("开始整治", "已溯源", "整治中", needs="remediation plan_end"),
        step("报验", "整治中", "待验收", evidence=True),
        step("退回整治", "待验收", "整治中"),
        step("销号", "待验收", "已销号", roles="plan_officer monitoring enforcement admin", needs="closed_on", other_person=True),
        step("转日常监管", "已销号 已溯源", "日常监管"),
        step("返弹", "已销号 日常监管", "整治中"),
        step("注销", "*", "注销", roles="plan_officer admin", evidence=True),
        closed="已销号 日常监管 注销",
    ),
    serves=["SYS-052", "SYS-053"],
)  # fmt: skip
