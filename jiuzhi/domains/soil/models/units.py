"""Key units of soil pollution (重点监管单位) of a year, and what each of them owes."""

from datetime import date

from jiuzhi.core.fields import Choice, Day, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Record
from jiuzhi.master.models import Enterprise, Site


class KeyUnit(Record, title="土壤污染重点监管单位", key=["enterprise", "year"]):
    """An enterprise on the list of a year; the duties stand in its discharge permit (土壤污染防治法 art. 21, to 2026-08-14)."""

    enterprise = Ref(Enterprise, "企业", required=True, related_name="+")
    year = Whole("名录年度", required=True, low=2018, high=2100)
    site = Ref(Site, "生产场所", related_name="+")
    reasons = Several(
        "列入原因",
        "有色金属矿采选 黑色金属矿采选 有色金属冶炼 铁合金冶炼 石油加工 化工 焦化 电镀 制革 火电 水泥 危险废物 尾矿库 填埋场 其他",
        required=True,
    )
    list_paper = Text("名录文号", 80, required=True)
    published_on = Day("名录公布日期", required=True, help="每年 3 月 31 日前公布（未核实）")
    entered_on = Day("首次列入日期", required=True)
    in_permit = Yes("义务已载入排污许可证")
    toxic = Text("有毒有害物质", 160, help="用 、 分隔")
    class1 = Whole("一类重点单元", "个", help="HJ 1209-2021")
    class2 = Whole("二类重点单元", "个", help="HJ 1209-2021")
    wells = Whole("地下水监测井", "口")
    sensitive = Yes("1 公里内有地下水敏感区", help="有的，一类单元地下水由半年一次加密到每季一次（单一来源）")
    left_on = Day("移出日期")
    left_why = Text("移出原因", 120)
    state = Choice("状态", "在列 移出", required=True, default="在列")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.entered_on and self.year and self.entered_on.year > self.year:
            found["entered_on"] = "首次列入晚于名录年度：请核对"
        if self.published_on and self.year and self.published_on.year != self.year:
            found["published_on"] = f"{self.year} 年度名录的公布日期不在当年：请核对年度"
        if self.site_id and self.site.enterprise_id not in (None, self.enterprise_id):
            found["site"] = f"这处场所属于{self.site.enterprise}，不是这家企业：请核对"
        if self.left_on and self.entered_on and self.left_on < self.entered_on:
            found["left_on"] = "移出早于列入：请核对日期"
        return found

    def __str__(self) -> str:
        return f"{self.enterprise} {self.year}"


class UnitDuty(Record, title="重点单位土壤义务", key=["unit", "kind", "due_on"]):
    """One duty of a key unit with its day: yearly report, search for hidden dangers, own monitoring, plan before demolition."""

    unit = Ref(KeyUnit, "重点监管单位", required=True, related_name="+")
    kind = Choice(
        "义务",
        "有毒有害物质排放年报 隐患排查 隐患排查回头看 土壤自行监测 地下水自行监测 拆除活动方案备案 用途变更前调查",
        required=True,
    )
    due_on = Day(
        "到期日期",
        required=True,
        help="隐患排查：列入后 1 年内，以后 2—3 年一次；年报：3 月 31 日（均未核实，可调整）",
    )
    done_on = Day("完成日期")
    paper = Text("报告或备案号", 80)
    by = Text("编制（检测）单位", 80)
    dangers = Whole("发现隐患", "个")
    fixed = Whole("已整改隐患", "个")
    exceeds = Yes("监测超标", help="超标的要加密监测并查明原因")
    exceeding = Text("超标项目", 120)
    disclosed_on = Day("信息公开日期")
    state = Choice("状态", "待履行 已提交 整改中 已办结", required=True, default="待履行")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.state in ("已提交", "整改中", "已办结") and self.done_on is None:
            found["done_on"] = "已提交的要填完成日期"
        if (self.fixed or 0) > (self.dangers or 0):
            found["fixed"] = "已整改数多于发现数：请核对"
        if self.kind.startswith("隐患排查") and self.done_on and self.dangers is None:
            found["dangers"] = "排查完成要填发现隐患数，没有的填 0"
        if self.state == "已办结" and (self.fixed or 0) < (self.dangers or 0):
            found["fixed"] = "还有隐患没有整改，不能办结：未改完的状态是“整改中”"
        if bool(self.exceeds) != bool(self.exceeding):
            found["exceeding"] = "超标的写明项目，不超标的留空"
        if self.done_on and self.unit_id and self.done_on < self._from():
            found["done_on"] = "完成早于首次列入名录：请核对是不是别的单位的报告"
        return found

    def _from(self) -> date:
        return self.unit.entered_on or date.min

    def __str__(self) -> str:
        return f"{self.unit} {self.kind} {self.due_on}"
