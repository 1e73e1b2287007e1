"""Species of the county and where they were seen. Terms follow Darwin Core; places are blurred."""

import re

from jiuzhi.core import local
from jiuzhi.core.fields import Choice, Day, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Placed, Record

GROUPS = "哺乳类 鸟类 爬行类 两栖类 鱼类 昆虫 其他无脊椎动物 裸子植物 被子植物 石松类和蕨类 苔藓 菌类 其他"
LEVELS = "国家一级 国家二级 市级 三有 无"
LATIN = r"[A-Z][a-z-]+ (?:× )?[a-z-]+(?: (?:subsp\.|var\.|f\.) [a-z-]+)?"
BASIS = "人工观察 机器观察 保存标本 材料样品"


class Species(Record, title="物种名录", key=["latin"]):
    """A species that occurs, occurred or may occur in the county, under its accepted name."""

    latin = Text("拉丁学名", 120, required=True, help="接受名，不带命名人；Darwin Core scientificName",
                 pattern=(LATIN, "学名写作“Thuja sutchuenensis”：属名首字母大写，种加词小写，不带命名人和中文"))  # fmt: skip
    name = Text("中文名", 60, required=True, help="一个物种一个正名；俗名、异名写在别名")
    aliases = Text("别名", 120, help="用 、 分隔")
    group = Choice("类群", GROUPS, required=True)
    family = Text("科", 60)
    protect_level = Choice("保护级别", LEVELS)
    list_edition = Text("依据名录", 60, help="如 国家重点保护野生植物名录（2021年）；名录换版要复核")
    red_list = Choice("红色名录等级", "EX EW RE CR EN VU NT LC DD")
    alien = Yes("外来物种")
    invasive_list = Text("外来入侵名录", 60, help="列入哪一批或哪一版名录")
    local_status = Choice("县内状况", "确认 历史 疑似 灭失")
    measures = Several("保护措施", "就地保护 迁地保护 人工繁育 栖息地修复 巡护监测")
    measures_from = Text("措施依据", 120, help="方案、项目或责任书的名称、编号")

    def faults(self) -> dict[str, str]:
        found = {}
        national = self.protect_level.startswith("国家")
        if national and self.alien:
            found["alien"] = "国家重点保护物种不应记为外来物种：请核对学名"
        if national and not self.list_edition:
            found["list_edition"] = "填了国家保护级别就要写明依据哪一版名录"
        if self.invasive_list and self.alien is False:
            found["alien"] = "列入外来入侵名录的应记为外来物种"
        if re.search(r"\d", self.name):
            found["name"] = "中文名里有数量：数量请填到物种记录的“个体数”"
        return found


class Occurrence(Placed, title="物种记录", key=["occurrence_id"]):
    """One observation of a species (Darwin Core Occurrence). The place is exact inside and blurred for everybody else."""

    occurrence_id = Text("记录编号", 60, required=True, help="Darwin Core occurrenceID，全库不重")
    species = Ref(Species, "物种", required=True, related_name="+", help="scientificName")
    status = Choice("出现状态", "出现 未出现", required=True, default="出现",
                    help="occurrenceStatus（present、absent）；专门调查而未见的填未出现")  # fmt: skip
    event_date = Day("观察日期", required=True, help="eventDate")
    basis = Choice(
        "记录依据",
        BASIS,
        required=True,
        help="basisOfRecord：HumanObservation、MachineObservation（红外相机等）、PreservedSpecimen、MaterialSample",
    )
    uncertainty_m = Whole(
        "坐标误差", "m", low=1, high=100_000, required=True, help="coordinateUncertaintyInMeters"
    )
    individual_count = Whole("个体数", "个", help="individualCount；未计数留空")
    sex = Choice("性别", "雄 雌 混合 不明", help="sex")
    life_stage = Choice("发育阶段", "成体 亚成体 幼体 卵 植株 幼苗 种子", help="lifeStage")
    locality = Text("小地名", 120, help="locality")
    habitat = Text("生境", 80, help="habitat")
    device = Text("设备编号", 40, help="红外相机、录音机等")
    recorded_by = Text("记录人", 60, help="recordedBy")
    protocol = Text("调查方法", 60, help="samplingProtocol，如 样线法、样方法、红外相机法")
    identified_by = Text("鉴定人", 60, help="identifiedBy")
    method = Text("鉴定依据", 120, help="identificationRemarks，如 照片、标本号、鸣声")
    dataset = Text("数据集", 80, help="datasetName")
    project = Text("调查项目", 80)
    state = Choice("状态", "录入 待审 专家确认 存疑 已发布", required=True, default="录入")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.lon is None:
            found["lon"] = "物种记录要有坐标：请填发现地点，不要填办公地点"
        if self.event_date and self.event_date > local.today():
            found["event_date"] = "观察日期在今天之后：请核对"
        if self.individual_count is not None and (self.individual_count == 0) != (self.status == "未出现"):
            found["individual_count"] = "未出现的个体数只能是 0 或空，出现的至少是 1：请核对出现状态"
        if self.basis == "机器观察" and not self.device:
            found["device"] = "机器观察要写明设备编号"
        return found
