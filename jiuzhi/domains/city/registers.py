"""治城 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import Catering, NoiseTest, NoiseZone

CHECKERS = "plan_officer unit enforcement admin"

noise_zone = Register(
    model=NoiseZone, about="声环境功能区划和噪声敏感建筑物集中区域：类别、限值、执行与废止日期；换版另立一条，过去的评价不变。",
    columns=["code", "name", "zone", "day_limit", "night_limit", "sensitive_area", "valid_from", "state", "org"],
    public=["code", "name", "zone", "day_limit", "night_limit", "sensitive_area", "paper", "valid_from", "valid_to", "state", "lon", "lat", "shape"],
    lookup=["name"],
    public_states="公示 现行 废止",
    lifecycle=lifecycle(
        step("公示", "拟定", "公示", roles=CHECKERS),
        step("退回修改", "公示", "拟定", roles=CHECKERS),
        step("批准执行", "公示", "现行", roles=CHECKERS, needs="paper valid_from review_due", evidence=True),
        step("完成评估", "现行", "现行", roles=CHECKERS, needs="reviewed_on review_due", evidence=True),
        step("废止", "现行", "废止", roles=CHECKERS, needs="valid_to", evidence=True),
        closed="废止", expires="review_due", renew_days=180,
    ),
    serves=["SYS-105"],
)  # fmt: skip

noise_test = Register(
    model=NoiseTest, about="功能区声环境监测：按点位和季度（自动站按月）登记昼夜声级，按监测时的类别判定（GB 3096-2008）。",
    columns=["area", "point", "period", "zone", "day_level", "night_level", "day_met", "night_met", "org"],
    within="area", period="period", public=["area", "point", "period", "zone", "day_level", "night_level", "day_met", "night_met"],
    serves=["SYS-105"],
)  # fmt: skip

catering = Register(
    model=Catering, about="餐饮油烟一店一档：规模按基准灶头折算，净化设施、清洗、检测、重点单位及理由；核验过的才算安装。",
    columns=["code", "name", "kind", "scale", "key_reasons", "efficient", "cleaned_on", "fume_met", "state", "org"],
    public=["name", "kind", "purifier", "efficient", "cleaned_on", "fume_met"], sensitive=["phone"],
    holder="enterprise__unit", lookup=["name"],
    public_states="在管 整改中 待复核 歇业",
    lifecycle=lifecycle(
        step("纳入管理", "建档", "在管", needs="flue"),
        step("责令整改", "在管", "整改中", roles=CHECKERS, needs="due_on", evidence=True),
        step("报复核", "整改中", "待复核", evidence=True),
        step("退回整改", "待复核", "整改中", roles=CHECKERS, needs="due_on"),
        step("复核达标", "待复核", "在管", roles=CHECKERS, needs="verified_on", evidence=True, other_person=True),
        step("歇业", "*", "歇业"),
        step("恢复经营", "歇业", "在管"),
        closed="歇业", expires="due_on", renew_days=5,
    ),
    serves=["SYS-104"],
)  # fmt: skip
