"""Forest sub-compartments (小班), as the yearly survey of forest and grass publishes them."""

from decimal import Decimal

from jiuzhi.core.fields import Choice, Quantity, Text, Whole, Yes
from jiuzhi.core.models import Drawn

from .areas import unit_fault

LAND = "乔木林地 竹林地 灌木林地 疏林地 未成林造林地 苗圃地 迹地 宜林地 其他林地"
MU_PER_HA = 15


class Subcompartment(Drawn, title="林班小班", key=["code"]):
    """A forest parcel. The platform's own code is the key; each yearly version replaces the former, corrections say why."""

    code = Text("小班编码", 40, required=True, help="林草湿平台编码；没有的用 县6+乡3+村3+林班4+小班5 位")
    code_local = Text("县内编号", 40)
    year = Whole("调查年度", low=1990, high=2100, required=True)
    source = Text("数据来源", 60, required=True, help="如 林草湿调查监测")
    area_ha = Quantity("面积", "ha", digits=4, required=True)
    land_class = Choice("地类", LAND, required=True)
    special_shrub = Yes("国家特别规定灌木林")
    species_group = Text("优势树种（组）", 40)
    origin = Choice("起源", "天然 人工")
    age_group = Choice("龄组", "幼龄林 中龄林 近熟林 成熟林 过熟林")
    canopy = Quantity("郁闭度", digits=2, high=1, help="0 至 1")
    stock_m3 = Quantity("蓄积量", "m3", digits=1)
    forest_class = Choice("森林类别", "公益林 商品林", required=True)
    public_level = Choice("公益林级别", "国家级 市级 县级")
    natural_protected = Yes("天然林保护范围")
    protection_grade = Choice("林地保护等级", "Ⅰ级 Ⅱ级 Ⅲ级 Ⅳ级")
    tenure = Choice("林地权属", "国有 集体 个人")
    manager = Text("经营管护人", 60)
    ranger = Text("护林员", 60)
    fire_zone = Choice("火险区划", "Ⅰ级 Ⅱ级 Ⅲ级")
    slope = Quantity("坡度", "°", digits=0, high=90)
    class_before = Choice("并轨前类别", "天然林 公益林 天然林和公益林 商品林")
    agreement_no = Text("管护协议号", 40)
    rate = Quantity("补助标准", "元/(亩·a)", digits=2, help="按当年文件填写（未核实）")
    amount = Quantity("年补助金额", "元", digits=2, editable=False, help="补助标准×面积×15")
    state = Choice("状态", "更新入库 已核对 已发布", required=True, default="更新入库")

    def prepare(self) -> None:
        super().prepare()
        known = self.rate is not None and self.area_ha is not None
        self.amount = (
            (Decimal(self.rate) * self.area_ha * MU_PER_HA).quantize(Decimal("0.01")) if known else None
        )

    def faults(self) -> dict[str, str]:
        found = {}
        if said := unit_fault(self.area_ha, self.shape_m2):
            found["area_ha"] = said
        if self.land_class == "乔木林地" and self.canopy is not None and self.canopy < Decimal("0.2"):
            found["canopy"] = "乔木林地的郁闭度不低于 0.20：请核对地类（疏林地、未成林造林地）或小数点"
        if (self.forest_class == "公益林") != bool(self.public_level):
            found["public_level"] = "公益林要填级别，商品林不填：请核对森林类别"
        if self.stock_m3 and self.area_ha and self.stock_m3 / self.area_ha > 1500:
            found["stock_m3"] = (
                "每公顷超过 1500 立方米：请核对面积单位（亩、公顷）和蓄积单位（万立方米、立方米）"
            )
        if self.special_shrub and self.land_class != "灌木林地":
            found["special_shrub"] = "特别规定灌木林的地类应是灌木林地"
        return found
