"""生态文化: what was handed down, and where it is shown and taught."""

from jiuzhi.core import local
from jiuzhi.core.fields import Choice, Day, Long, Quantity, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Placed
from jiuzhi.master.models import Enterprise, Village

IMMOVABLE = "不可移动文物"
INTANGIBLE = "非物质文化遗产"
CATEGORIES = "古遗址 古墓葬 古建筑 石窟寺及石刻 近现代重要史迹及代表性建筑 其他"
FOLK = "民间文学 传统音乐 传统舞蹈 传统戏剧 曲艺 传统体育、游艺与杂技 传统美术 传统技艺 传统医药 民俗"
LEVELS = "全国重点 国家级 市级 区县级 尚未核定公布"


class Heritage(Placed, title="生态文化遗产", key=["code"]):
    """A monument, historic town or village, custom or farming system. Places of tombs and sites are exact for few."""

    code = Text(
        "编号", 40, required=True, help="文物普查编号或名录编号；没有的用“区县代码-WH-序号”（编号结构未核实）"
    )
    name = Text("名称", 80, required=True, help="以公布名称为准，新旧名写在别名")
    aliases = Text("别名", 120, help="用 、 分隔")
    kind = Choice(
        "类型",
        f"{IMMOVABLE} 历史文化名镇（街区） 历史建筑 传统村落 {INTANGIBLE} 农业文化遗产 传统民俗",
        required=True,
    )
    category = Choice("文物类别", CATEGORIES, help="不可移动文物填；63 个小类未收")
    folk_class = Choice("非遗门类", FOLK)
    era = Text("年代", 60, help="写明朝代或年份，不写“明清”这样的笼统说法")
    level = Choice("保护级别", LEVELS, help="重庆是直辖市，没有“省级”")
    batch = Text("公布批次", 40)
    paper = Text("公布文号", 80)
    announced_on = Day("公布日期")
    village = Ref(Village, "村（社区）", related_name="+")
    ownership = Choice("所有权", "国有 集体 私人 混合")
    use = Choice("使用状况", "开放 居住 办公 空置 遗址 宗教 传承活动 其他")
    condition = Choice("保存状况", "好 较好 一般 较差 差")
    assessed_on = Day("最近评估日期", help="一般每年一次，险情每月一次（自定）")
    threats = Several("威胁因素", "自然侵蚀 火灾 坍塌 盗掘 违建 地灾 植物 传承断代 其他")
    area_set_on = Day("保护范围划定日期")
    control_set_on = Day("建设控制地带划定日期")
    plan_no = Text("保护规划或责任书文号", 80)
    keeper = Text("保护单位", 80)
    guard = Text("文保员、传承人", 60)
    phone = Text("文保员、传承人电话", 40)
    patrolled_on = Day("最近巡查日期")
    survey = Several("测绘建档", "文字 照片 测绘图 三维点云 摄影测量 音像")
    surveyed_on = Day("测绘建档日期")
    red = Yes("红色文化")
    applying = Text("申报目标", 80, help="如申报的名录、批次")
    state = Choice("状态", "线索 已登记 已公布 修缮中 已撤销", required=True, default="线索")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.category and self.kind != IMMOVABLE:
            found["category"] = "只有不可移动文物填文物类别：请核对类型"
        if self.folk_class and self.kind != INTANGIBLE:
            found["folk_class"] = "只有非物质文化遗产填非遗门类：请核对类型"
        if self.level == "全国重点" and self.kind != IMMOVABLE:
            found["level"] = "“全国重点”只用于不可移动文物，其他用“国家级”"
        if self.state == "已公布" and self.level in ("", "尚未核定公布"):
            found["level"] = "已公布的要有保护级别"
        if bool(self.condition) != bool(self.assessed_on):
            found["assessed_on" if self.condition else "condition"] = "保存状况和评估日期要一起填"
        if bool(self.survey) != bool(self.surveyed_on):
            found["surveyed_on" if self.survey else "survey"] = "测绘建档的成果和日期要一起填"
        for name in ("assessed_on", "patrolled_on", "surveyed_on"):
            if (day := getattr(self, name)) and day > local.today():
                found[name] = "日期在今天以后：请核对"
        return found


class Venue(Placed, title="文化场馆与教育基地", key=["code"]):
    """A place where ecological culture is shown or taught, with how often it is open."""

    code = Text("编号", 40, required=True, help="“区县代码-CG-序号”")
    name = Text("名称", 80, required=True)
    kind = Choice(
        "类型",
        "博物馆 文化馆 图书馆 非遗馆（中心） 科普教育基地 学校 河湖场景 文化长廊（空间） 环保开放设施 自然教育径 其他",
        required=True,
    )
    facility = Choice(
        "开放设施类别",
        "环境监测 城市污水处理 城市生活垃圾处理 危险废物和电子废物处理",
        help="环保开放设施填，四类",
    )
    enterprise = Ref(Enterprise, "运营单位", related_name="+")
    theme = Several("主题", "生态 水 气 碳 生物多样性 农耕 民族文化 红色 法治 垃圾分类")
    built = Choice("建设状态", "规划 在建 改造提升 建成")
    area_m2 = Quantity("面积", "m2", digits=1)
    capacity = Whole("单次接待人数", "人")
    named_as = Text("命名", 120, help="如 市级生态环境科普基地；写明级别、年份")
    named_on = Day("命名日期")
    valid_to = Day("命名有效期至")
    free = Yes("免费开放")
    hours = Text("开放时间", 80)
    booking = Text("预约方式", 80)
    guides = Whole("讲解员", "人")
    opened_on = Day("最近开放活动日期", help="环保设施每两个月至少开放一次")
    sessions = Whole("本年开放场次", "场", help="线下；线上另计")
    visitors = Whole("本年到场人数", "人", help="线下到场；线上观看不计")
    courses = Long("课程和活动")
    contact = Text("联系人", 40)
    phone = Text("联系电话", 40)
    state = Choice("状态", "登记 开放 暂停 停办", required=True, default="登记")

    def faults(self) -> dict[str, str]:
        found = {}
        if (self.kind == "环保开放设施") != bool(self.facility):
            found["facility"] = "环保开放设施要选四类之一，其他类型不填"
        if self.visitors and not self.sessions and self.kind in ("环保开放设施", "学校"):
            found["sessions"] = "有到场人数就要填开放场次"
        if self.capacity and self.sessions and (self.visitors or 0) > 3 * self.capacity * self.sessions:
            found["visitors"] = "到场人数超过接待能力三倍：像是把线上观看计入了，请核对"
        if self.opened_on and self.opened_on > local.today():
            found["opened_on"] = "最近开放日期在今天以后：请核对"
        if self.valid_to and self.named_on and self.valid_to <= self.named_on:
            found["valid_to"] = "命名有效期不晚于命名日期：请核对"
        return found
