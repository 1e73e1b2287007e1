"""Outlets into rivers and lakes."""

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Yes
from jiuzhi.core.models import Org, Placed
from jiuzhi.master.codes import PERMIT_NUMBER, held_by_other
from jiuzhi.master.models import Enterprise, WaterBody

OUTLET_CLASSES = {
    "工业排污口": "工矿企业排污口 工矿企业雨洪排口 园区污水处理厂排污口 园区污水处理厂雨洪排口",
    "城镇污水处理厂排污口": "城镇污水处理厂排污口",
    "农业排口": "规模化畜禽养殖排污口 规模化水产养殖排污口",
    "其他排口": "大中型灌区排口 港口码头排口 规模以下畜禽养殖排污口 规模以下水产养殖排污口 农村污水处理设施排污口 "
    "农村生活污水散排口 城镇生活污水散排口 城镇雨洪排口 其他",
}  # HJ 1312-2023: class → its kinds; 城镇生活污水散排口, 城镇雨洪排口 and 其他 are recorded from memory (未核实)


class Outlet(Placed, title="入河排污口", key=["code"]):
    """An outlet into a river or lake (入河排污口监督管理办法, ministry order 35 of 2024, in force 2025-01-01)."""

    code = Text("排污口编码", 40, required=True, help="国家编码（HJ 1235-2021）；未编码的用 T区县代码-序号")
    code_local = Text("地方编码", 40)
    name = Text("名称", 80, required=True)
    class1 = Choice("一级类别", tuple(OUTLET_CLASSES), required=True, help="HJ 1312-2023")
    class2 = Choice(
        "二级类别", " ".join(OUTLET_CLASSES.values()), help="HJ 1312-2023；规模以下养殖、港口码头属其他排口"
    )
    water_body = Ref(WaterBody, "受纳水体", required=True, related_name="+")
    bank = Choice("岸别", "左岸 右岸")
    enter_mode = Choice("入河方式", "明渠 暗管 泵站 涵闸 潜没")
    discharge_rule = Choice("排放规律", "连续 间断 雨季")
    enterprise = Ref(
        Enterprise, "责任企业", related_name="+", help="责任主体是政府或村的留空，以责任单位为准"
    )
    supervisor = Ref(Org, "监管单位", related_name="+")
    phone = Text("责任单位电话", 40, help="标识牌上的单位电话，对外公开；不填个人手机号")
    set_mode = Choice("设置方式", "审批 登记 历史", required=True)
    permit_no = Text("设置批复文号", 60)
    approved_flow = Quantity("批准排放量", "m3/d")
    sources = Text("溯源结论", 200, help="确认前只对有权限的人显示")
    pollution_permit = Text("排污许可证编号", 22, pattern=PERMIT_NUMBER)
    sign_built = Yes("标识牌")
    sampling_point = Yes("采样点")
    well = Yes("检查井")
    online = Yes("在线监测")
    video = Yes("视频监控")
    remediation = Choice("整治类型", "依法取缔 清理合并 规范整治 无需整治")
    plan_end = Day("计划完成日期")
    closed_on = Day("销号日期")
    last_sample_on = Day("最近采样日期")
    revisit_on = Day("回头看日期", help="销号后回头看；反弹的转回整治")
    state = Choice(
        "状态", "疑似 已核实 已监测 已溯源 整治中 待验收 已销号 日常监管 注销", required=True, default="疑似"
    )

    def faults(self) -> dict[str, str]:
        found = {}
        if self.class2 and self.class2 not in OUTLET_CLASSES.get(self.class1, self.class2).split():
            right = next((c for c, kinds in OUTLET_CLASSES.items() if self.class2 in kinds.split()), "")
            found["class2"] = f"{self.class2}属{right}（HJ 1312-2023）：请改一级或二级类别"
        if self.remediation == "依法取缔" and self.state == "日常监管":
            found["remediation"] = "依法取缔的排污口不能列入日常监管：请核对整治类型或状态"
        number = self.pollution_permit
        if number and self.enterprise_id and held_by_other(number, self.enterprise.uscc):
            found["pollution_permit"] = f"许可证编号的前 18 位与“{self.enterprise}”的信用代码不符：请核对"
        if self.revisit_on and self.closed_on and self.revisit_on < self.closed_on:
            found["revisit_on"] = "回头看早于销号：请核对日期"
        return found
