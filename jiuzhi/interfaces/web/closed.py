"""Words of closed lists that come with the data — domains, kinds, states of a paper, units — in the reader's language.

The data keep their Chinese; what a county or its plan wrote (names, units, sentences) and the reasons the engine gives are
shown as they are. A list's word reads as itself wherever no translation is asked for.
"""

import re

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

DOMAINS = (
    _("治水"), _("治气"), _("治土"), _("治废"), _("治塑"), _("治山"), _("治岸"), _("治城"), _("治乡"), _("低碳"), _("风险"), _("治理"),
    _("文化"), _("经济"), _("其他"),
)  # fmt: skip
LABELS = (
    _("目标"), _("基线"), _("已达成"), _("达到型"), _("保持型"), _("累计型"), _("年增长型"), _("定性"), _("待下达"),
    _("约束性"), _("预期性"), _("引导性"), _("指导性"), _("计算"), _("规划原文"), _("待审核"), _("已通过"), _("已退回"), _("已撤回"),
    _("征求意见稿"), _("印发稿"), _("国控"), _("市控"), _("县控"), _("环境空气站"), _("河流断面"), _("湖库点位"), _("废水排口"), _("废气排口"), _("水文站"), _("气象站"),
    _("噪声点"), _("辐射点"), _("企业自测"), _("未指定责任单位"), _("市级下达"),
    _("定性目标待认定"), _("等上级下达"), _("待填报或导入"), _("（章引言）"), _("（无标题段）"), _("（无标题表）"), _("工程"), _("行动"), _("创建"), _("平台"),
)  # fmt: skip
PROPERTIES = (
    _("细颗粒物"), _("可吸入颗粒物"), _("二氧化硫"), _("二氧化氮"), _("一氧化碳"), _("臭氧"), _("臭氧8小时"), _("空气质量指数"), _("气温"), _("气压"),
    _("露点"), _("降水量"), _("风向"), _("风速"), _("水温"), _("pH值"), _("溶解氧"), _("电导率"), _("浊度"), _("高锰酸盐指数"), _("化学需氧量"),
    _("五日生化需氧量"), _("氨氮"), _("总磷"), _("总氮"), _("叶绿素a"), _("藻密度"), _("透明度"), _("铜"), _("锌"), _("氟化物"), _("硒"), _("砷"),
    _("汞"), _("镉"), _("六价铬"), _("铅"), _("氰化物"), _("挥发酚"), _("石油类"), _("阴离子表面活性剂"), _("硫化物"), _("粪大肠菌群"), _("流量"),
    _("水质类别"), _("相对湿度"), _("水位"), _("流速"), _("电源电压"), _("等效声级"), _("昼间等效声级"), _("夜间等效声级"), _("环境γ辐射空气吸收剂量率"),
    _("烟尘"), _("氮氧化物"), _("氧气含量"), _("烟气温度"), _("烟气流速"), _("烟气湿度"), _("烟气压力"), _("废气"), _("污水"),
)  # fmt: skip
# Patrols: kinds and levels of duties, and how a patrol stands.
PATROLS = (
    _("河长巡河"), _("林长巡林"), _("网格巡查"), _("其他巡查"), _("市级"), _("县级"), _("乡级"), _("村级"), _("周"), _("有效"), _("存疑"), _("核实有效"),
    _("核实无效"),
)  # fmt: skip
# Kinds of values and the marks that stand beside them.
VALUES = (
    _("实时"), _("分钟"), _("采样"), _("4 小时"), _("日"), _("最小"), _("最大"), _("总量"), _("折算"), _("折算最小"), _("折算最大"), _("昼间"), _("夜间"), _("未检出"), _("停运"), _("维护"),
    _("手工设定"), _("故障"), _("校准"), _("超量程"), _("与数采仪通讯中断"),
)  # fmt: skip
# What is asked of a device, and how that stands.
ORDERS = (
    _("待发送"), _("已发送，等应答"), _("设备已接受"), _("未完成"), _("提取现场机时间"), _("设置现场机时间"), _("取实时数据"),
    _("停止察看实时数据"), _("补传分钟数据"), _("补传小时数据"), _("补传日数据"), _("提取实时数据间隔"), _("设置实时数据间隔"), _("完成"),
)  # fmt: skip
UNITS = (
    _("个"), _("处"), _("座"), _("条"), _("家"), _("项"), _("宗"), _("起"), _("件"), _("人"), _("人次"), _("户"), _("次"), _("天"), _("月"),
    _("小时"), _("分钟"), _("亩"), _("公顷"), _("平方公里"), _("平方米"), _("立方米"), _("公里"), _("米"), _("吨"), _("千瓦"), _("千伏"), _("蒸吨"),
    _("元"), _("名次"), _("阶段"), _("个百分点"), _("个类别"),
)  # fmt: skip
GOALS = (_("累计"), _("年均"), _("下降"))
# Public warnings: levels, kinds, states and the code lists of CAP 1.2 (`engine.response.cap`).
WARNINGS = (
    _("蓝"), _("黄"), _("橙"), _("红"), _("首发"), _("更新"), _("解除"), _("解除通知"), _("草稿"), _("已发布"), _("生效中"), _("已过期"), _("已更新"),
    _("已解除"), _("生态环境"), _("气象"), _("地质"), _("火灾"), _("公共卫生"), _("公共安全"), _("治安"), _("救援"), _("交通"), _("基础设施"),
    _("核生化爆"), _("做好准备"), _("就地防护"), _("撤离"), _("按预案行动"), _("避开"), _("关注后续信息"), _("自行判断"), _("危险已解除"),
    _("不需要行动"), _("立即行动"), _("一小时内行动"), _("近期行动"), _("已过去"), _("不明"), _("特别严重"), _("严重"), _("较重"), _("一般"),
    _("已发生"), _("很可能"), _("可能"), _("不太可能"),
)  # fmt: skip
# where the catalogue already has the word as a heading or a button
_AS = {
    "年": _("年（时长）"),
    "新增": _("新增（目标）"),
    "规模": _("规模（数值类型）"),
    "填报": _("填报（来源）"),
}
_KNOWN = {
    word: _AS.get(word, word)
    for group in (DOMAINS, LABELS, PROPERTIES, PATROLS, VALUES, ORDERS, UNITS, GOALS, WARNINGS, _AS)
    for word in group
}
_TIMES = (
    ("万亿", "×10¹²"),
    ("亿", "×10⁸"),
    ("千万", "×10⁷"),
    ("百万", "×10⁶"),
    ("十万", "×10⁵"),
    ("万", "×10⁴"),
)
_GOAL = re.compile(r"^(累计 |年均 |新增 |下降 )?([<>≤≥]?[\d.,—-]+)( ?)(.*)$")
_PERIOD = re.compile(r"^([12]\d{3})年(?:(\d{1,2})月|(\d)季度)?(至今)?$")


def abroad() -> bool:
    """Whether the page is read in another language than the data's."""
    return not (get_language() or "zh").startswith("zh")


def word(text: object) -> str:
    """A word of a closed list in the reader's language; any other text as it is."""
    said = str(text or "")
    return gettext(_KNOWN[said]) if abroad() and said in _KNOWN else said


def unit(text: str) -> str:
    """A unit, its multiplier and its parts in the reader's language: 万立方米 → ×10⁴ m³, 平方米/人 → m²/person."""
    if not abroad() or not text:
        return text
    if text in _KNOWN:
        return gettext(_KNOWN[text])
    if "/" in text:
        return "/".join(unit(part) for part in text.split("/"))
    for prefix, power in _TIMES:
        rest = text.removeprefix(prefix)
        if rest != text and rest in _KNOWN:
            return f"{power} {gettext(_KNOWN[rest])}"
    return text


def goal(text: str) -> str:
    """A target as the board prints it (累计 ≥53 个, ≤20 μg/m³) in the reader's language; words of the plan as they are."""
    found = _GOAL.match(text) if abroad() else None
    if found is None:
        return word(text)
    lead, number, space, rest = found.groups()
    return (f"{word(lead.strip())} " if lead else "") + number + space + unit(rest)


def period(text: object) -> str:
    """2026年至今, 2026年10月 in the reader's language."""
    said = str(text or "")
    found = _PERIOD.match(said) if abroad() else None
    if found is None:
        return said
    year, month, quarter, running = found.groups()
    when = f"{year}-{int(month):02}" if month else f"{year} Q{quarter}" if quarter else year
    return gettext("%(when)s 至今") % {"when": when} if running else when


_("%(when)s 至今")


def rhythm(every: int, unit: str) -> str:
    """How often a patrol is asked for, in words."""
    once = {"day": _("每天一次"), "week": _("每周一次"), "month": _("每月一次")}
    more = {"day": _("每 %(n)s 天一次"), "week": _("每 %(n)s 周一次"), "month": _("每 %(n)s 个月一次")}
    return gettext(once[unit]) if every == 1 else gettext(more[unit]) % {"n": every}
