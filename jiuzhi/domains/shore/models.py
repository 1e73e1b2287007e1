"""治岸: the shoreline of each river, segment by segment, and what was seen of it."""

from decimal import Decimal
from typing import ClassVar

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text
from jiuzhi.core.models import Drawn, Record
from jiuzhi.master.models import Enterprise, WaterBody

ZONES = "岸线保护区 岸线保留区 岸线控制利用区 岸线开发利用区"
NATURES = "自然 近自然 人工 占用"
BANKS = {"左岸": "L", "右岸": "R", "岛岸": "I"}
TOLERANCE = Decimal(
    "0.05"
)  # stated beside drawn length; 里 for km or a line of both banks is off by half or more
LONGEST_M = 30_000


class Segment(Drawn, title="岸线段", key=["code"]):
    """A stretch of one bank along the 临水边界线. Codes are never used again: a split or merged segment names its parents."""

    SHAPE: ClassVar[str] = "line"

    code = Text("岸线段编码", 40, required=True, help="河流缩写-岸别（L 左、R 右、I 岛）-序号，如 RH-L-0042",
                pattern=(r"[A-Z0-9]{1,8}-[LRI]-\d{3,5}", "编码写成 河流缩写-岸别字母-序号，如 RH-L-0042"))  # fmt: skip
    water_body = Ref(WaterBody, "河流（水体）", required=True, related_name="+")
    bank = Choice("岸别", BANKS, required=True, help="面向下游分左右；河心岛另列")
    from_to = Text("起止位置", 120)
    length = Quantity(
        "岸线长度",
        "m",
        digits=1,
        low=0.1,
        high=LONGEST_M,
        help="画了图形可不填，按图形量算（CGCS2000）；没有图形的必填",
    )
    length_by = Choice("长度来源", "图形量算 规划成果 现场测量", required=True, default="规划成果")
    zone = Choice("岸线功能区", ZONES, required=True, help="水利部岸线规划编制指南四类（2019，单一来源）")
    zone_paper = Text("岸线规划批复文号", 80)
    zone_on = Day("岸线规划批复日期")
    nature = Choice(
        "岸线性质", NATURES, required=True, help="近自然指生态护岸；改变性质要提出变更，由另一人核定"
    )
    nature_by = Choice("性质依据", "遥感 现场 设计图", required=True)
    imagery_on = Day("影像或现场日期", required=True)
    use = Choice(
        "利用方式", "无 港口码头 桥梁 取排水 堤防护岸 景观步道 农业 其他", required=True, default="无"
    )
    user = Ref(Enterprise, "利用企业", related_name="+", help="政府工程留空，以责任单位为准")
    used = Quantity("占用长度", "m", digits=1)
    permit_no = Text("涉河许可文号", 60)
    restored_on = Day("复绿（恢复）日期")
    parents = Text("拆分合并前编码", 120, help="用 、 分隔；旧段保留，不重编")
    proposed = Choice("拟变更为", NATURES, help="提出变更时填；另一人核定后成为岸线性质")
    state = Choice("状态", "现状 变更待核 已变更", required=True, default="现状")

    def prepare(self) -> None:
        super().prepare()
        if self.shape_m and self.length is None:
            self.length, self.length_by = self.shape_m, "图形量算"
        if self.state == "已变更" and self.proposed:
            self.nature, self.proposed = self.proposed, ""

    def faults(self) -> dict[str, str]:
        found = {}
        letter = BANKS.get(self.bank)
        if letter and self.code and f"-{letter}-" not in self.code:
            found["bank"] = f"与编码的岸别字母不符（{self.bank}应为 {letter}）：一段只属一岸，两岸要分两段"
        if self.length is None:
            found["length"] = "没有图形的岸线段要填长度"
        elif self.shape_m and abs(self.length - self.shape_m) > TOLERANCE * self.shape_m:
            found["length"] = (
                f"与图形长度 {self.shape_m:.1f} m 相差超过 5%：请核对单位（km、里）和是否量了河道中心线"
            )
        if self.used and self.length and self.used > self.length:
            found["used"] = "占用长度大于岸线长度：请核对单位"
        if self.used and self.use == "无":
            found["use"] = "填了占用长度，利用方式不能是“无”"
        if self.zone_on and not self.zone_paper:
            found["zone_paper"] = "填了批复日期，要填批复文号"
        if self.parents and self.code in self.parents.split("、"):
            found["parents"] = "拆分合并前编码不能是自己"
        if self.proposed and self.proposed == self.nature:
            found["proposed"] = "与现在的性质相同，不必变更"
        if self.pk and self._slipped():
            found["nature"] = "岸线性质不能直接改：请办理“提出变更”，由另一人核定"
        return found

    def _slipped(self) -> bool:
        """Whether the nature would change otherwise than by the second person's step."""
        kept = type(self)._default_manager.filter(pk=self.pk).values_list("nature", "state").first()
        return kept is not None and kept[0] != self.nature and (kept[1], self.state) != ("变更待核", "已变更")


class Observation(Record, title="岸线观测", key=["segment", "seen_on"]):
    """What a segment was on a day, by imagery or on the spot, so that a change of nature can be followed back."""

    segment = Ref(Segment, "岸线段", required=True, related_name="+")
    seen_on = Day("影像或观测日期", required=True)
    by = Choice("观测方式", "卫星 无人机 现场巡查", required=True)
    sensor = Text("影像来源", 60, help="卫星或型号、影像编号")
    resolution = Quantity("分辨率", "m", digits=2, high=100)
    nature = Choice("观测性质", NATURES, required=True)
    changed = Quantity("性质变化长度", "m", digits=1, help="与上次相比变了的长度，没有变化填 0")
    cover = Quantity("植被覆盖度", "%", digits=1, high=100, help="只与同一季节比较")
    finding = Text("发现情况", 200)
    observer = Text("观测人", 40)
    state = Choice("核查结论", "待核查 无变化 属实 不属实 历史合法", required=True, default="待核查")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.by == "卫星" and not self.sensor:
            found["sensor"] = "卫星观测要写影像来源，才能复核"
        if self.segment_id and self.changed and self.segment.length and self.changed > self.segment.length:
            found["changed"] = f"变化长度大于岸线长度 {self.segment.length.normalize():f} m：请核对单位"
        if self.state == "无变化" and self.changed:
            found["changed"] = "结论是“无变化”，变化长度应为 0"
        if self.state in ("属实", "不属实", "历史合法") and not self.finding:
            found["finding"] = "有核查结论的要写发现情况"
        return found

    def __str__(self) -> str:
        return f"{self.segment} {self.seen_on}"
