"""What each part of a plan is for, and what the plan is about: county, period, status, domain of a text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.period import GUESSED, read_period
from jiuzhi.engine.plan.reader.structure import Node, Outline

_ROLE_WORDS: tuple[tuple[str, str], ...] = (
    (
        "achieved",
        r"成效|成就|进展|成绩|良好|回顾|现状|状况|基础|完成情况|开局|(?:实施|执行)情况|基本情况|概况",
    ),
    ("problem", r"问题|短板|挑战|不足|困难|压力|存在|制约"),
    ("opportunity", r"机遇|形势|面临|研判|背景|意义|环境分析"),
    ("principle", r"指导思想|总体思路|基本原则|原则|编制依据|规划范围|规划期限|总体考虑|战略定位"),
    ("target", r"目标|指标"),
)
_SITUATION = re.compile(r"形势|现状|回顾|(?<!强化)(?<!支撑)基础(?!设施|支撑|能力)|成效|背景|机遇|概况|开局")
# Titles of what was or is, wherever they stand (第二节 现状评价 of a chapter on water too).
_REVIEW = re.compile(
    r"(?:成就|成效|成绩|进展|状况|现状|回顾|概况|不足|短板|弱项|挑战|背景|(?:^|[分主要的与和及、])形势|(?:实施|执行|完成|进展|基本)情况"
    r"|(?:现状|形势|实施情况|环境)(?:评价|评估|分析|研判)|发展环境|(?:发展|工作|规划|现实|建设)基础|(?:存在|主要|面临|突出)的?(?:主要|突出)?问题)$"
)
_NOMINAL = {
    "发展", "建设", "保护", "治理", "监测", "评估", "评价", "实施", "执行", "管理", "完成", "监管", "整治", "创新", "改革",
    "修复", "防治", "调查", "控制", "利用", "形成", "开发", "突出", "创建", "供给", "应用", "使用", "共同", "编制", "保障", "运行", "支持",
}  # fmt: skip
_TASK_TITLE = re.compile(
    rf"^(?:{'|'.join(sorted(X.ADVERBS, key=len, reverse=True))})*"
    rf"(?:补齐|补强|{'|'.join(sorted(set(X.VERBS) - _NOMINAL, key=len, reverse=True))})(?=..)"
)
_GOALS = re.compile(r"(?:目标|指标)(?:指标|体系|愿景|设置|设定)?(?:（[^（）]*）)?$")  # 目标指标, 规划指标体系
_GENERAL = re.compile(r"总则|总体(?:要求|思路|目标|战略)|指导思想|主要目标|规划目标|基本原则")
_COUNTY = re.compile(r"[\u4e00-\u9fff]{1,10}?(?:自治县|自治旗|县|区|市|旗)")
DOMAINS: tuple[tuple[str, str], ...] = (
    ("治塑", r"塑料|农膜|地膜|快递包装|白色污染|治塑"),
    ("治废", r"固体废物|固废|危险废物|危废|医疗废物|生活垃圾|建筑垃圾|渣土|无废|垃圾|尾矿|治废|再生资源"),
    ("治土", r"土壤|耕地|农用地|建设用地|地块|地下水|治土|净土"),
    (
        "治气",
        r"大气|空气|PM2\.5|PM10|细颗粒物|可吸入|优良天数|臭氧|氮氧化物|挥发性有机物|VOCs|二氧化硫|扬尘|油烟|机动车|柴油|治气|蓝天|烟花",
    ),
    (
        "治水",
        r"水质|断面|水环境|水生态|污水|水源|饮用水|黑臭|化学需氧量|氨氮|总磷|排污口|治水|碧水|节水|用水|水资源|流域|雨污",
    ),
    ("治岸", r"岸线|护岸|滨水|河滨|亲水|消落|治岸"),
    (
        "治山",
        r"森林|林地|营造林|储备林|矿山|湿地|草原|生物多样性|物种|自然保护地|生态保护红线|红线|水土流失|水土保持|石漠化|治山|植物",
    ),
    ("治乡", r"农村|乡村|村庄|行政村|畜禽|化肥|农药|厕所|水产|养殖|秸秆|治乡|村落"),
    ("治城", r"城市更新|城区|老旧小区|公园|绿地|绿化|噪声|县城|宁静小区|治城|口袋|建成区"),
    (
        "低碳",
        r"碳|能源|能耗|光伏|风电|装机|绿色工厂|产业|节能|公交|新能源|煤|绿色建筑|交通|GDP|地区生产总值|绿色采购|节约型",
    ),
    ("风险", r"风险|应急|地质灾害|隐患|辐射|放射|重金属|新污染物|防火|灾害|山洪|危岩|避险|气候|突发"),
    ("文化", r"文化|文旅|旅游|非遗|文物|康养|传播"),
    ("治理", r"督察|执法|体制|机制|金融|贷款|赔偿|信用|监测|数字|满意度|公众|考核|责任|补偿|权交易|确权"),
    ("经济", r"生产总值|增加值|产值|投资|收入"),
)


@dataclass
class Plan:
    """What the plan is about."""

    county: str = ""
    title: str = ""
    start: int = 0
    end: int = 0
    period_basis: str = ""
    period_source: str = ""  # what an inferred period was inferred from
    draft: bool = False

    @property
    def base(self) -> int:
        """The last year before the plan. [calendar year]"""
        return self.start - 1 if self.start else 0

    @property
    def start_known(self) -> bool:
        """Whether the first year is more than a guess from 到某年."""
        return bool(self.start) and self.period_source != GUESSED

    def year_of(self, node: Node) -> int:
        """The year of a figure under `node` that names none: its stage's or the plan's last for what is to be, else the base year."""
        return (node.due or self.end) if node.role in ("task", "target") else self.base


def assign_roles(outline: Outline) -> None:
    """Give every clause its role and domain from its own heading and those above it."""
    by_id = {n.id: n for n in outline.nodes}
    chapters = [n for n in outline.nodes if n.level == "chapter"]
    passed_targets = False
    for node in outline.nodes:
        parent = by_id.get(node.parent)
        own = _own_role(node.title) if node.level in ("chapter", "section") or node.number else ""
        if node.level == "chapter":
            review = is_review(node.title)
            early = node in chapters[:2] and not passed_targets and not _TASK_TITLE.match(node.title)
            situation = bool(_SITUATION.search(node.title)) and early
            general = bool(_GENERAL.search(node.title)) and not passed_targets
            node.role = "achieved" if situation else "principle" if general else "task"
            node.role = own if node.role == "task" and review else node.role
            goals = _GOALS.search(node.title) and not _TASK_TITLE.match(node.title)
            if own == "target" and (node.role == "principle" or (node.role == "task" and goals)):
                node.role = "target"
            passed_targets = passed_targets or node.role == "task"
        elif parent is None:
            node.role = own or "task"
        elif parent.role in ("achieved", "principle", "target", "problem", "opportunity"):
            node.role = own or parent.role
        else:
            node.role = own if own and is_review(node.title) else parent.role or "task"
        if node.level == "table":
            node.role = parent.role if parent else "target"
        node.domain = heading_domain(node.title) or (parent.domain if parent else "")


def is_review(title: str) -> bool:
    """A title of what was achieved, is, or is wanting; one that opens with a verb of doing (补齐…短板) is a task."""
    return bool(_REVIEW.search(title)) and len(title) <= 24 and not _TASK_TITLE.match(title)


def _own_role(title: str) -> str:
    doing = bool(_TASK_TITLE.match(title))
    for role, words in _ROLE_WORDS:
        if re.search(words, title) and not (doing and role in ("achieved", "problem", "opportunity")):
            return role
    return "achieved" if is_review(title) else ""


def heading_domain(title: str) -> str:
    """Domain a heading names. A heading that names several leaves it to the text below."""
    named = [d for d, _ in DOMAINS if d.startswith("治") and d != "治理" and d in title]
    if named:
        return named[0] if len(named) == 1 else ""
    if "治废" in title:
        return "治废"
    return domain_of(title, "")


def domain_of(text: str, default: str) -> str:
    """Domain that most words of `text` point to; `default` when none does."""
    scores = Counter({name: len(re.findall(words, text)) for name, words in DOMAINS})
    best, score = max(scores.items(), key=lambda item: item[1], default=("", 0))
    if score == 0:
        return default
    return default if scores[default] == score else best


def read_plan_facts(outline: Outline, text: str, name: str) -> Plan:
    """County, title, period and status; what is only inferred is said to be."""
    plan = Plan()
    front = "\n".join(outline.front)
    head = front + "\n" + text[:3000]
    plan.draft = bool(
        re.search(r"征求意见稿|公开征求意见|（?送审稿）?|讨论稿|草案", front + text[:600] + name)
    )
    read_period(plan, outline, text, head, name)
    plan.county = _county(front, text)
    lines = [
        line
        for line in outline.front
        if re.search(r"规划|方案|纲要", line) and len(line) < 80 and "。" not in line
    ]
    if lines:
        plan.title = re.split(r"（?(?:征求意见稿|送审稿)", lines[0])[0]
        if plan.county and plan.county not in plan.title and not re.search(r"县|区|市", plan.title[:12]):
            plan.title = plan.county + plan.title
    return plan


_NOT_COUNTY = re.compile(
    r"[全各本该我市省区县和与及的在为对到由]|国家|试点|示范|先行|自然|保护|地区|园区|城区|山区|库区|景区|社区|小区|片区|灾区|"
    r"行政|重点|工业|牧区|林区|流域|生态|美丽|功能|优先|集中|建成|管控|度假|开发|街|村|镇|乡"
)


def _county(front: str, text: str) -> str:
    for line in front.split("\n"):
        found = re.match(
            r"([\u4e00-\u9fff]{2,12}?(?:自治县|自治旗|县|区|市|旗))(?:.*(?:规划|方案|纲要|生态)|$|人民政府)",
            line.strip(),
        )
        if found:
            return re.sub(r"^.{2,6}?[省市](?=.{2,}[县区旗]$)", "", found.group(1))
    counts: Counter[str] = Counter()
    for found in re.finditer(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,7}?(?:自治县|自治旗|县|旗)(?!级)", text):
        counts[found.group()] += 3
    for found in re.finditer(r"[\u4e00-\u9fff]{2}(?:县|区|市|旗)(?=[\u4e00-\u9fff])(?!级|域|城|委|政)", text):
        counts[found.group()] += 1
    good = [(n, name) for name, n in counts.items() if not _NOT_COUNTY.search(name[:-1])]
    best = max(good, default=(0, ""))
    return best[1] if best[0] >= 3 else ""
