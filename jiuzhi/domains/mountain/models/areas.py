"""Protected areas and the markers on their borders."""

from decimal import Decimal

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Whole
from jiuzhi.core.models import Drawn, Org, Placed

AREA_KINDS = "国家公园 自然保护区 森林公园 湿地公园 地质公园 风景名胜区 其他自然公园 待核实"
SETTING = "待核实 整合优化前 方案上报 已批 勘界中 已立标"


def unit_fault(stated_ha: Decimal | None, drawn_m2: Decimal | None) -> str:
    """What is wrong with a stated area [ha] beside the drawn one [m2]: 亩 or km2 written as ha differ 15- or 100-fold."""
    if stated_ha and drawn_m2 and not 2000 <= drawn_m2 / stated_ha <= 50000:
        return f"与图形面积 {drawn_m2 / 10000:.2f} 公顷相差 5 倍以上：请核对单位（亩、公顷、平方公里）"
    return ""


class ProtectedArea(Drawn, title="自然保护地", key=["code"]):
    """A protected area (自然保护地) with the edition of its border. Two areas that share a name are two records."""

    code = Text("编码", 40, required=True, help="有官方编码的沿用；没有的用 区县代码-ZRD-序号")
    name = Text("名称", 80, required=True)
    kind = Choice("类型", AREA_KINDS, required=True)
    level = Choice("级别", "国家级 市级 县级")
    area_ha = Quantity("批准面积", "ha", digits=2, help="以批复为准；图形面积另列，不互相替代")
    zone_scheme = Choice("功能分区", ("核心保护区、一般控制区", "核心区、缓冲区、实验区", "不分区"))
    boundary_edition = Text("边界版本", 60, help="批复的矢量边界版本，如 2024-整合优化")
    paper = Text("批准文号", 60)
    approved_on = Day("批准日期")
    manager = Ref(Org, "管理单位", related_name="+")
    protects = Text("主要保护对象", 200)
    plan_from = Whole("总体规划起始年", low=1980, high=2100)
    plan_to = Whole("总体规划终止年", low=1980, high=2100)
    markers_planned = Whole("应设界桩界碑", "个", help="勘界方案所列数量")
    state = Choice("状态", SETTING, required=True, default="待核实")

    def faults(self) -> dict[str, str]:
        found = {}
        if said := unit_fault(self.area_ha, self.shape_m2):
            found["area_ha"] = said
        if self.plan_from and self.plan_to and self.plan_to < self.plan_from:
            found["plan_to"] = "终止年早于起始年：请核对总体规划期限"
        if (
            self.state == "已立标"
            and self._surveyed()
            and (n := self._intact()) < (self.markers_planned or 0)
        ):
            found["markers_planned"] = (
                f"应设 {self.markers_planned} 个，界桩台账中完好的只有 {n} 个：登记或修复齐全后才算已立标"
            )
        return found

    def _surveyed(self) -> bool:
        """Whether the markers are being reported complete now; one that breaks later does not undo what was reached."""
        return ProtectedArea.objects.filter(pk=self.pk).exclude(state="已立标").exists()

    def _intact(self) -> int:
        return Marker.objects.filter(area=self.pk, state="完好").count()


class Marker(Placed, title="界桩界碑", key=["area", "number"]):
    """A boundary post, stone or sign of a protected area. Numbers are unique within one area, whoever set them."""

    area = Ref(ProtectedArea, "自然保护地", required=True, related_name="+")
    number = Text("编号", 40, required=True, help="同一保护地内不重号；不同施工单位不能各自从 1 编起")
    kind = Choice("类别", "界碑 界桩 标识牌", required=True)
    elevation = Quantity("高程", "m", digits=1, low=-200, high=9000)
    material = Text("材质", 40)
    faces = Text("朝向", 40)
    set_on = Day("设立日期", required=True)
    last_check_on = Day("最近巡检日期", help="每年至少巡检一次（周期未核实）")
    checked_by = Text("巡检人", 40)
    state = Choice("状态", "完好 损坏 缺失 移位", required=True, default="完好")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.lon is None:
            found["lon"] = "界桩要有坐标：请填十进制度（度分秒要先换算）"
        if self.set_on and self.last_check_on and self.last_check_on < self.set_on:
            found["last_check_on"] = "巡检日期早于设立日期：请核对"
        return found
