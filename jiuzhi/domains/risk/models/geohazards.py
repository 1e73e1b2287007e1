"""Geohazard points and risk zones (点面双控), and the two cards (两卡) in the hands of the people they threaten."""

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Drawn, Record
from jiuzhi.master.models import Village

KINDS = "滑坡 崩塌（危岩） 泥石流 地面塌陷 地裂缝 地面沉降 不稳定斜坡 塌岸"
DANGER = ("小型", "中型", "大型", "特大型")
PEOPLE, ASSETS = (
    (100, 500, 1000),
    (500, 5000, 10000),
)  # [人], [万元]: from which count on the next level holds
SIGNALS = "锣 哨 喇叭 广播 短信"


def danger_level(people: int, assets: float) -> str:
    """Level of danger (险情) by people at risk and possible loss [万元], the higher of both (地质灾害防治条例)."""
    steps = max(sum(people >= p for p in PEOPLE), sum(assets >= a for a in ASSETS))
    return DANGER[steps]


class Geohazard(Drawn, title="地质灾害隐患点、风险区", key=["code"]):
    """A hazard point or a risk zone with who watches it. Danger follows from the people who live there now."""

    code = Text("统一编号", 40, required=True, help="国家统一编号，常为县6+类型2+序号4 位（位数未核实）")
    field_no = Text("野外编号", 40)
    name = Text("名称", 80, required=True)
    zone_kind = Choice("对象", "隐患点 风险区", required=True)
    kind = Choice("灾害类型", KINDS, required=True)
    village = Ref(Village, "村（社区）", related_name="+")
    risk = Choice("风险等级", "极高 高 中 低")
    scale = Choice("规模等级", DANGER)
    volume_m3 = Quantity("体积", "m3", digits=0)
    households = Whole("威胁户数", "户", required=True, help="按常住，不按户籍")
    people = Whole("威胁人数", "人", required=True, help="按常住，不按户籍；含学校、场镇流动人口")
    assets = Quantity("威胁财产", "万元", digits=1)
    danger = Choice("险情等级", DANGER, editable=False, help="由威胁人数和财产推得")
    triggers = Several("诱发因素", "降雨 切坡 采矿 库水 冻融 地震")
    rain_1h = Quantity("1 小时雨量阈值", "mm", digits=1, high=500, help="逐点设定，可修改（未核实）")
    rain_24h = Quantity("24 小时雨量阈值", "mm", digits=1, high=2000, help="逐点设定，可修改（未核实）")
    monitor = Choice("监测方式", "群测群防 专业监测 群测群防和专业监测 无")
    watcher = Text("监测人", 60, help="四重网格之一，姓名和电话")
    area_head = Text("片区负责人", 60)
    geologist = Text("驻守地质队员", 60)
    county_duty = Text("县级值守", 60)
    route = Text("撤离路线", 200)
    shelter = Text("避险场所", 80)
    signals = Several("预警信号", SIGNALS)
    sign_set = Yes("警示标识到位")
    plan_set = Yes("防灾预案到位")
    cards_checked_on = Day("两卡到位核对日期", help="核对本点两卡均已签收的日期，每年汛前核对")
    patrolled_on = Day("最近巡查日期")
    strategy = Choice("防治措施", "监测 工程治理 搬迁避让 排危除险")
    state = Choice("状态", "新增 在册 治理中 搬迁中 待核销 已核销", required=True, default="新增")

    def prepare(self) -> None:
        super().prepare()
        self.danger = danger_level(int(self.people or 0), float(self.assets or 0))

    def faults(self) -> dict[str, str]:
        found = {}
        if self.households is not None and (self.people or 0) < self.households:
            found["people"] = "威胁人数少于户数：请核对是否把两栏填反"
        if self.rain_1h and self.rain_24h and self.rain_24h < self.rain_1h:
            found["rain_24h"] = "24 小时阈值小于 1 小时阈值：请核对"
        if self.monitor.startswith("群测群防") and not self.watcher:
            found["watcher"] = "群测群防的点要有监测人"
        if self.zone_kind == "隐患点" and self.lon is None:
            found["lon"] = "隐患点要有坐标"
        if self.pk and self.cards_checked_on and (
            n := GeohazardCard.objects.filter(point=self).exclude(state__in=("已签收", "已作废")).count()
        ):  # fmt: skip
            found["cards_checked_on"] = f"还有 {n} 张卡没有签收：签收后再填两卡到位核对日期"
        return found


class GeohazardCard(Record, title="地质灾害两卡", key=["number"]):
    """A card of a hazard point: 防灾明白卡 for who answers for it, 避险明白卡 for each household below it."""

    number = Text("卡号", 40, required=True, help="统一编号-F（防灾）或-B（避险）-序号")
    point = Ref(Geohazard, "隐患点、风险区", required=True, related_name="+")
    kind = Choice("卡别", "防灾明白卡 避险明白卡", required=True)
    holder = Text("持卡人", 60, required=True, help="避险卡填户主，防灾卡填防灾责任人")
    phone = Text("持卡人电话", 40)
    relation = Text("与户主关系", 80, help="家庭成员及与户主的关系")
    persons = Whole("家庭人数", "人", low=1, high=100)
    house = Text("住房情况", 80, help="住房类型、层数、与隐患点的位置关系")
    special = Text("需帮助的人", 80, help="老人、病人、儿童，转移时由谁帮")
    route = Text("撤离路线", 200)
    shelter = Text("避险场所", 80)
    criterion = Text("预警判据", 120, help="出现什么迹象就报警、撤离，如裂缝加宽、井水变浑、雨量到阈值")
    signals = Several("预警信号", SIGNALS)
    alarm_by = Text("报警人及电话", 60)
    watcher = Text("监测人及电话", 60)
    commander = Text("撤离指挥人及电话", 60)
    shelter_head = Text("避险场所负责人及电话", 60)
    medic = Text("医疗救护联系人及电话", 60)
    edition = Text("卡面版本", 20)
    issued_on = Day("发放日期")
    signed_on = Day("签收日期")
    valid_to = Day("有效期至", help="一般到下一年汛前换发")
    state = Choice("状态", "待发放 已发放 已签收 已作废", required=True, default="待发放")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.issued_on and self.signed_on and self.signed_on < self.issued_on:
            found["signed_on"] = "签收日期早于发放日期：请核对"
        if self.kind == "避险明白卡" and not self.persons:
            found["persons"] = "避险明白卡发到户：请填家庭人数"
        if self.state == "已签收" and not self.signed_on:
            found["signed_on"] = "已签收的卡要有签收日期"
        if self.point_id and self.point.state == "已核销" and self.state != "已作废":
            found["state"] = "隐患点已核销：它的卡应作废，免得群众拿着旧卡"
        return found
