"""绿色低碳 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import ChargingMonth, ChargingStation, EnergyProject

DECIDERS = "plan_officer unit admin"

energy_project = Register(
    model=EnergyProject, about="清洁能源和储能项目：从前期到并网，设计与已并网装机分开；新能源与清洁能源口径分列，储能不计入装机。",
    columns=["code", "name", "kind", "capacity_mw", "grid_mw", "grid_due", "state", "org"],
    public=["name", "kind", "location", "capacity_mw", "grid_mw", "grid_on", "state", "lon", "lat"],
    sensitive=["invest", "blocked"], holder="enterprise__unit", lookup=["name"],
    lifecycle=lifecycle(
        step("开展前期", "待核实", "前期", needs="enterprise capacity_mw"),
        step("核准（备案）", "待核实 前期", "核准", roles=DECIDERS, needs="paper approved_on capacity_mw grid_due", evidence=True),
        step("开工", "核准", "在建", needs="started_on", evidence=True),
        step("并网", "在建", "并网", needs="grid_on grid_mw", evidence=True),
        step("扩建", "并网", "在建", needs="capacity_mw grid_due"),
        step("退役", "并网", "退役", roles=DECIDERS, needs="retired_on", evidence=True),
        closed="并网 退役", expires="grid_due", renew_days=90,
    ),
    serves=["SYS-262", "SYS-261"], whole=["SYS-262"],
)  # fmt: skip

charging_station = Register(
    model=ChargingStation, about="充电站一站一档：枪数、功率、布局位置、对外开放；规划站点也登记，便于选址。",
    columns=["code", "name", "place", "public", "dc_guns", "ac_guns", "power_kw", "state", "org"],
    public=["name", "place", "address", "dc_guns", "ac_guns", "power_kw", "swap", "hours", "fee", "state", "lon", "lat"],
    sensitive=["contact", "phone"], holder="enterprise__unit", lookup=["name"],
    lifecycle=lifecycle(
        step("开工", "规划", "在建", needs="enterprise"),
        step("投运", "在建 停运", "运营", needs="opened_on checked_on fire_ok", evidence=True),
        step("停运", "运营", "停运"),
        step("拆除", "停运 运营", "拆除", needs="closed_on"),
        closed="拆除",
    ),
    serves=["SYS-260"],
)  # fmt: skip

charging_month = Register(
    model=ChargingMonth, about="充电站逐月充电量、订单、故障时长；利用率按满负荷电量算。",
    columns=["station", "period", "kwh", "orders", "fault_h", "most_kwh", "org"],
    within="station", period="period", sensitive=["fees"], holder="station__enterprise__unit", serves=["SYS-260"],
)  # fmt: skip
