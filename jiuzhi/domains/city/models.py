"""治城: areas of the acoustic environment and what is measured in them, restaurants and their fume."""

from decimal import Decimal

from jiuzhi.core import local, periods
from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Drawn, Placed
from jiuzhi.master.models import Enterprise
from jiuzhi.science.standards import catering, noise

SWAPPED = 10  # [dB] nights are not this much louder than days: the two columns were swapped
MOST_STOVES = 60


class NoiseZone(Drawn, title="声环境功能区", key=["code"]):
    """A functional area of the acoustic environment in one edition of the zoning; a new edition is a new record."""

    code = Text("编号", 40, required=True, help="区划文件中的编号；没有的用“区县代码-SG-序号”，新一版换号")
    name = Text("名称", 80, required=True)
    zone = Choice("类别", noise.ZONES, required=True, help="4a、4b 类限值未核实")
    day_limit = Whole("昼间限值", "dB(A)", editable=False, help="GB 3096-2008")
    night_limit = Whole("夜间限值", "dB(A)", editable=False, help="GB 3096-2008")
    area_km2 = Quantity("面积", "km2", digits=4)
    sensitive_area = Yes("噪声敏感建筑物集中区域", help="划定并公布的填是")
    households = Whole("户数", "户")
    paper = Text("区划批复文号", 80)
    valid_from = Day("执行日期")
    valid_to = Day("废止日期", help="换版时填；此前的监测仍按本版评价")
    reviewed_on = Day("最近评估日期")
    review_due = Day("下次评估日期", help="一般每 5 年评估一次（未核实）")
    sources = Several("主要噪声源", "交通 施工 工业 社会生活")
    state = Choice("状态", "拟定 公示 现行 废止", required=True, default="拟定")

    def prepare(self) -> None:
        super().prepare()
        self.day_limit = self.night_limit = None
        if self.zone in noise.ZONES:
            self.day_limit, self.night_limit = noise.limits(self.zone)

    def faults(self) -> dict[str, str]:
        found = {}
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            found["valid_to"] = "废止日期不晚于执行日期：请核对"
        if self.valid_from and self.review_due and self.review_due <= self.valid_from:
            found["review_due"] = "下次评估日期不晚于执行日期：请核对"
        if self.state == "现行" and not (self.valid_from and self.paper):
            found["valid_from" if not self.valid_from else "paper"] = "现行的功能区要有执行日期和批复文号"
        if (
            self.area_km2
            and self.shape_m2
            and abs(self.area_km2 * 1_000_000 / self.shape_m2 - 1) > Decimal("0.1")
        ):
            found["area_km2"] = (
                f"与图形面积 {self.shape_m2 / 1_000_000:.4f} km2 相差超过一成：请核对单位或图形"
            )
        if self.zone == "0类" and "工业" in self.sources:
            found["sources"] = "0 类区（康复疗养）不应有工业噪声源：请核对类别"
        return found


class NoiseTest(Placed, title="功能区声环境监测", key=["area", "point", "period"]):
    """Day and night level at a point of an area in a quarter or month, judged by the class the area had then."""

    area = Ref(NoiseZone, "声环境功能区", required=True, related_name="+")
    point = Text("点位编号", 30, required=True)
    period = Text("时期", 7, required=True, help="手工监测按季写 2026-Q3，自动站按月写 2026-10",
                  pattern=(r"20\d\d-(Q[1-4]|0[1-9]|1[0-2])", "时期写作 2026-Q3 或 2026-10"))  # fmt: skip
    method = Choice("监测方式", "自动 手工", required=True)
    zone = Choice("监测时类别", noise.ZONES, editable=False, help="登记时功能区的类别；换版不改")
    day_level = Quantity("昼间等效声级", "dB(A)", digits=1, low=15, high=130, help="6 时至 22 时")
    night_level = Quantity("夜间等效声级", "dB(A)", digits=1, low=15, high=130, help="22 时至次日 6 时")
    night_most = Quantity(
        "夜间最大声级", "dB(A)", digits=1, low=15, high=140, help="突发噪声不超过夜间限值 15 dB"
    )
    days = Whole("有效天数", "天", high=92)
    measured_on = Day("监测日期", help="手工监测填")
    weather_ok = Yes("无雨雪雷电、风速小于 5 m/s")
    day_met = Yes("昼间达标", editable=False)
    night_met = Yes("夜间达标", editable=False)
    sudden_met = Yes("夜间突发达标", editable=False)
    cause = Text("超标原因", 160)

    def prepare(self) -> None:
        super().prepare()
        if self.area_id and not self.zone:
            self.zone = self.area.zone
        if self.zone in noise.ZONES:
            self.day_met, self.night_met = noise.meets(self.zone, self.day_level, self.night_level)
            most = noise.limits(self.zone)[1] + noise.SUDDEN_NIGHT
            self.sudden_met = None if self.night_most is None else self.night_most <= most

    def faults(self) -> dict[str, str]:
        found = {}
        if self.period and not periods.has_begun(self.period):
            found["period"] = f"{self.period} 还没有到：请核对时期"
        day, night = self.day_level, self.night_level
        if day is None and night is None:
            found["day_level"] = "昼间、夜间至少填一项"
        elif day is not None and night is not None and night - day > SWAPPED:
            found["night_level"] = "夜间比昼间高 10 dB 以上：请核对两列是否填反"
        if night is not None and self.night_most is not None and self.night_most < night:
            found["night_most"] = "夜间最大声级低于夜间等效声级：请核对"
        if self.method == "手工" and self.weather_ok is False:
            found["weather_ok"] = "雨雪雷电或大风时的手工监测无效：请重测"
        return found

    def __str__(self) -> str:
        return f"{self.area} {self.point} {self.period}"


class Catering(Placed, title="餐饮油烟单位", key=["code"]):
    """A restaurant or canteen, one file per kitchen (一店一档)."""

    code = Text(
        "店铺编号",
        30,
        required=True,
        help="食品经营许可证编号；一证多店加“-序号”，没有的用“CY-区县代码-序号”",
    )
    name = Text("店名", 80, required=True, help="一个厨房一条；同一厨房多个招牌写在备注")
    enterprise = Ref(Enterprise, "经营者", related_name="+")
    kind = Choice("类型", "中餐 火锅 烧烤 食堂 小吃 西餐 流动 夜市", required=True)
    canteen = Yes("公共机构食堂")
    building = Choice("用房", "独立 商住同楼 连片楼栋")
    stoves = Quantity("基准灶头", "个", digits=1, required=True, help="按 GB 18483-2001 折算，不是炉眼数")
    scale = Choice("规模", catering.SCALES, editable=False, help="GB 18483-2001：1—3、3—6、6 个以上")
    key_reasons = Several("列为重点的理由", "人口聚居区 投诉集中 大型 连片", help="填了即为重点单位")
    purifier = Yes("油烟净化设施", required=True, default=False)
    purifier_kind = Choice("净化方式", "静电 机械 复合 UV光解 水膜")
    efficient = Yes("高效净化设施")
    removal = Quantity("去除效率", "%", digits=1, high=100, help="按规模不低于 60、75、85")
    installed_on = Day("安装日期")
    verified_on = Day("现场核验日期", help="核验要上传照片；未核验的不计入安装率")
    deodoriser = Yes("除异味装置")
    flue = Choice("烟道", "专用烟道高空排放 低空排放 无")
    online = Yes("在线监控")
    cleaned_on = Day("最近清洗日期", help="至少每月一次，记录留一年以上（DB50/859-2018，单一来源）")
    tested_on = Day("最近检测日期")
    fume = Quantity("油烟浓度", "mg/m3", digits=2)
    nmhc = Quantity("非甲烷总烃", "mg/m3", digits=2, help="限值未核实，只登记不判定")
    fume_met = Yes("油烟达标", editable=False, help="按检测当日执行的标准")
    complaints = Whole("近 12 个月投诉", "件")
    phone = Text("联系电话", 40)
    due_on = Day("整改期限")
    state = Choice("状态", "建档 在管 整改中 待复核 歇业", required=True, default="建档")

    def prepare(self) -> None:
        super().prepare()
        self.scale = "" if self.stoves is None else catering.scale(Decimal(self.stoves))
        self.fume_met = None
        limit = catering.fume_limit(self.tested_on) if self.tested_on else None
        if self.fume is not None and limit:
            self.fume_met = self.fume <= limit[0]

    def faults(self) -> dict[str, str]:
        found = {}
        if self.stoves and self.stoves > MOST_STOVES:
            found["stoves"] = f"基准灶头超过 {MOST_STOVES} 个：像是炉眼数，请按标准折算"
        if "大型" in self.key_reasons and self.scale and self.scale != "大型":
            found["key_reasons"] = f"按基准灶头是{self.scale}，不能以“大型”列为重点：请核对"
        if not self.purifier and (self.efficient or self.verified_on or self.cleaned_on):
            found["purifier"] = "没有净化设施，却填了高效、核验或清洗：请核对"
        if (
            self.removal
            and self.efficient
            and self.scale
            and self.removal < catering.least_removal(self.scale)
        ):
            found["removal"] = (
                f"{self.scale}去除效率应不低于 {catering.least_removal(self.scale)}%：不能算高效"
            )
        if (self.fume is None and self.nmhc is None) != (self.tested_on is None):
            found["tested_on" if self.tested_on is None else "fume"] = "检测日期和浓度要一起填"
        for name, said in (("cleaned_on", "清洗"), ("tested_on", "检测"), ("verified_on", "核验")):
            if (day := getattr(self, name)) and day > local.today():
                found[name] = f"{said}日期在今天以后：请核对"
        return found
