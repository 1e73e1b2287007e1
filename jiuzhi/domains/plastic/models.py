"""治塑: mulch and shed film, what was spread and what was taken back."""

from decimal import Decimal

from jiuzhi.core import periods
from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Whole
from jiuzhi.core.models import Record
from jiuzhi.master.models import Village

DEGRADABLE = "全生物降解地膜"
CROPS = "烤烟 辣椒 蔬菜 马铃薯 玉米 中药材 瓜果 其他"
RATES = {"棚膜": 150}  # [kg/亩] more than this cannot be spread; mulch film weighs a tenth of it
MULCH_RATE = 20


class FilmRecovery(Record, title="农膜使用与回收", key=["village", "period", "crop", "film"]):
    """One film on one crop of a village in a year or a season. What counts is net weight: impurity and film from elsewhere off."""

    village = Ref(Village, "村（社区）", required=True, related_name="+")
    period = Text("时期", 7, required=True, help="按年写 2026，按季写 2026-Q3；同一村同一膜只用一种",
                  pattern=(r"20\d\d(-Q[1-4])?", "时期写作 2026 或 2026-Q3"))  # fmt: skip
    crop = Choice("作物", CROPS, required=True)
    film = Choice(
        "农膜种类",
        f"普通地膜 加厚高强度地膜 棚膜 {DEGRADABLE}",
        required=True,
        help="全生物降解地膜不计入回收率，另列",
    )
    area_mu = Quantity("覆膜面积", "亩", digits=2, required=True)
    used_kg = Quantity("使用量", "kg", digits=2, required=True)
    thickness_mm = Quantity(
        "厚度",
        "mm",
        digits=4,
        high=1,
        help="地膜不低于 0.010，加厚高强度 0.015（GB 13735 条款未核实）；填毫米",
    )
    gross_kg = Quantity("回收毛重", "kg", digits=2)
    impurity = Quantity("杂质率", "%", digits=1, high=100, help="泥土、水分、秸秆占毛重的比例")
    outside_kg = Quantity("其中往年膜、外县膜", "kg", digits=2, default=0, help="净重；不计入本年回收")
    net_kg = Quantity(
        "本年净回收量", "kg", digits=2, low=None, editable=False, help="毛重×（1－杂质率）－往年膜、外县膜"
    )
    measured = Choice("计量方式", "称重 估算", help="估算的不计入达标的回收率")
    slips = Whole("称重单", "份")
    point = Text("回收网点", 80)
    processor = Text("处理去向", 80)
    processed_kg = Quantity("已处理量", "kg", digits=2)
    subsidy = Quantity("补贴金额", "元", digits=2)
    announced_on = Day("公示日期")
    paid_on = Day("兑付日期")
    state = Choice("状态", "登记 已审核 已公示 已兑付 不予补贴", required=True, default="登记")

    def prepare(self) -> None:
        super().prepare()
        self.net_kg = None
        if self.gross_kg is not None and self.impurity is not None:
            clean = Decimal(self.gross_kg) * (100 - Decimal(self.impurity)) / 100
            self.net_kg = (clean - Decimal(self.outside_kg or 0)).quantize(Decimal("0.01"))

    def faults(self) -> dict[str, str]:
        found = {}
        if self.period and not periods.has_begun(self.period):
            found["period"] = f"{self.period} 还没有到：请核对时期"
        most = RATES.get(self.film, MULCH_RATE)
        if self.area_mu and self.used_kg is not None and self.used_kg / self.area_mu > most:
            found["used_kg"] = f"每亩超过 {most} kg：请核对使用量是否为 kg、面积是否为亩（1 公顷＝15 亩）"
        if self.gross_kg is not None and self.impurity is None:
            found["impurity"] = "填了毛重就要填杂质率：没有杂质填 0，说明理由写到备注"
        if self.gross_kg and not self.measured:
            found["measured"] = "有回收量要写明称重还是估算"
        if self.measured == "称重" and not self.slips:
            found["slips"] = "称重的要有称重单份数"
        if self.net_kg is not None and self.net_kg < 0:
            found["outside_kg"] = "往年膜、外县膜多于净重：请核对"
        elif self.net_kg is not None and self.used_kg is not None and self.net_kg > self.used_kg:
            found["outside_kg"] = "本年净回收量大于使用量：多出的是往年膜、外县膜，请填到这一栏"
        if self.processed_kg and self.gross_kg is not None and self.processed_kg > self.gross_kg:
            found["processed_kg"] = "已处理量大于回收毛重：请核对"
        return found

    def __str__(self) -> str:
        return f"{self.village} {self.period} {self.crop}{self.film}"
