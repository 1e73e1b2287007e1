"""Sites that raise dust, what inspections found there, and bare land in town."""

from decimal import Decimal

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Whole, Yes
from jiuzhi.core.models import Drawn, Org, Record
from jiuzhi.master.models import Enterprise

VIDEO_FROM_M2 = 5000  # building sites of this size within the built-up area are to have video (both plans)


def area_fault(stated_m2: Decimal | None, drawn_m2: Decimal | None) -> str:
    """What is wrong with a stated area [m2] beside the drawn one [m2]: 亩 or ha written as m2 differ 667- or 10,000-fold."""
    if stated_m2 and drawn_m2 and not Decimal("0.2") <= stated_m2 / drawn_m2 <= 5:
        return f"与图形面积 {drawn_m2:.0f} 平方米相差 5 倍以上：请核对单位（1 亩约 667 平方米）"
    return ""


class DustSite(Drawn, title="扬尘源", key=["code"]):
    """A building site, yard, road, mixing plant or quarry on the list of dust sources."""

    code = Text("扬尘源编码", 40, required=True, help="施工许可证号；没有的用 YC-区县代码-年-序号")
    name = Text("名称", 120, required=True)
    kind = Choice("类别", "房屋工地 市政工地 交通工地 堆场 搅拌站 道路 矿山 码头", required=True)
    permit_no = Text("施工许可证号", 40)
    area = Quantity("占地面积", "m2", digits=0, required=True, low=1)
    built_up = Yes("建成区内", required=True, default=False)
    phase = Choice("施工阶段", "未开工 土石方 基础 主体 装修 绿化 停工 完工 不适用", required=True)
    start_on = Day("开工日期")
    end_on = Day("完工日期")
    owner = Ref(Enterprise, "建设（业主）企业", related_name="+")
    builder = Ref(Enterprise, "施工（运营）企业", related_name="+")
    oversight = Ref(Org, "监管单位", required=True, related_name="+")
    major = Yes("重大扬尘源")
    demo = Yes("示范工地")
    wash = Yes("车辆冲洗设施")
    spray = Yes("喷淋喷雾")
    covered = Quantity("裸土覆盖率", "%", digits=1, high=100)
    rules_met = Whole("十项规定落实项数", "项", high=10, help="“十项规定”条文由本县录入，未核实")
    video_due = Yes("应装视频", editable=False, help="建成区内占地 5000 m2 及以上的工地")
    video = Choice("视频状态", "无 在线 离线", required=True, default="无")
    video_rate = Quantity("上月视频在线率", "%", digits=1, high=100)
    pm10 = Yes("PM10 在线")
    last_check_on = Day("最近检查日期")
    state = Choice("名单状态", "新增 在册 整改中 待复核 出册", required=True, default="新增")

    def prepare(self) -> None:
        super().prepare()
        self.video_due = bool(self.built_up and "工地" in self.kind and (self.area or 0) >= VIDEO_FROM_M2)

    def faults(self) -> dict[str, str]:
        found = {}
        if said := area_fault(self.area, self.shape_m2):
            found["area"] = said
        if self.start_on and self.end_on and self.end_on < self.start_on:
            found["end_on"] = "完工日期早于开工日期：请核对"
        if self.phase == "完工" and self.state != "出册":
            found["phase"] = "完工在“出册”一步中填（完工日期和施工阶段一起填）：请办理出册，或核对施工阶段"
        if self.video == "无" and self.video_rate:
            found["video_rate"] = "没有视频却有在线率：请核对视频状态"
        if self.permit_no and self._twin():
            found["permit_no"] = "同一施工许可证号已有一条：建设单位名和项目名不同也只登记一次"
        return found

    def _twin(self) -> bool:
        others = type(self)._default_manager.exclude(pk=self.pk).filter(permit_no=self.permit_no)
        return others.filter(county=self.county_id).exists()


class DustCheck(Record, title="扬尘检查", key=["site", "checked_on", "kind"]):
    """One inspection of a dust source and how what it found was put right."""

    site = Ref(DustSite, "扬尘源", required=True, related_name="+")
    checked_on = Day("检查日期", required=True)
    kind = Choice("检查方式", "月度核查 日常巡查 视频抽查 无人机 投诉核查", required=True)
    inspector = Text("检查人", 40)
    score = Quantity("得分", "分", digits=1, high=100)
    covered = Quantity("裸土覆盖率", "%", digits=1, high=100)
    problem = Text("发现问题", 200, help="没有问题的留空")
    due_on = Day("整改期限", help="一般 3 天，复杂的 7 天（未核实，可调整）")
    fixed_on = Day("整改完成日期")
    state = Choice("状态", "无问题 整改中 待复核 已复核", required=True)

    def faults(self) -> dict[str, str]:
        found = {}
        if (self.state == "无问题") == bool(self.problem):
            found["problem"] = "状态与发现问题不符：有问题的写明问题，无问题的留空"
        if self.state == "整改中" and self.due_on is None:
            found["due_on"] = "要整改的请填整改期限"
        if self.state in ("待复核", "已复核") and self.fixed_on is None:
            found["fixed_on"] = "已报整改完成的请填完成日期"
        for name in ("due_on", "fixed_on"):
            day = getattr(self, name)
            if day and self.checked_on and day < self.checked_on:
                found[name] = "日期早于检查日期：请核对"
        return found

    def __str__(self) -> str:
        return f"{self.site} {self.checked_on}"


class BareLand(Drawn, title="城市裸地", key=["code"]):
    """A patch of bare land in town (裸露地块), from its finding to its cover or use."""

    code = Text("裸地编码", 40, required=True, help="LD-区县代码-年-序号；卫星图斑号写在备注")
    name = Text("位置名称", 120, required=True)
    kind = Choice("地块性质", "储备土地 待建 停建 拆迁 闲置 边坡 其他", required=True)
    area = Quantity("裸露面积", "m2", digits=0, required=True, low=1)
    found_by = Choice("发现方式", "卫星 无人机 巡查 投诉", required=True)
    found_on = Day("发现日期", required=True)
    image_on = Day("影像日期", help="卫星、无人机发现的必填")
    owner = Ref(Enterprise, "责任企业", related_name="+", help="没有企业的以责任单位为准")
    oversight = Ref(Org, "监管单位", related_name="+")
    measure = Choice("治理方式", "绿化 硬化 防尘网覆盖 开发利用")
    covered = Quantity("已治理面积", "m2", digits=0)
    due_on = Day("治理期限")
    done_on = Day("治理完成日期")
    recheck_on = Day("最近复查日期", help="防尘网会老化，覆盖的仍要复查")
    state = Choice("状态", "待核实 待治理 治理中 待复核 已治理 出册", required=True, default="待核实")

    def faults(self) -> dict[str, str]:
        found = {}
        if said := area_fault(self.area, self.shape_m2):
            found["area"] = said
        if self.covered and self.area and self.covered > self.area:
            found["covered"] = "已治理面积大于裸露面积：请核对单位"
        if self.found_by in ("卫星", "无人机") and self.image_on is None:
            found["image_on"] = "由影像发现的要填影像日期"
        elif self.image_on and self.found_on and self.image_on > self.found_on:
            found["image_on"] = "影像日期晚于发现日期：请核对"
        if self.done_on and self.found_on and self.done_on < self.found_on:
            found["done_on"] = "完成日期早于发现日期：请核对"
        if self.state == "已治理" and not (self.measure and self.covered and self.done_on):
            found["state"] = "已治理的要填治理方式、已治理面积和完成日期"
        return found
