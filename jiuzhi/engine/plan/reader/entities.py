"""Organisations, places and projects by the endings such names have. No list of any county's names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.sentences import trim

_C = r"[\u4e00-\u9fff]"
PLACE_TYPES: tuple[tuple[str, str], ...] = (
    ("自然保护地", r"(?:国家级|省级|市级|县级)?(?:自然保护区|自然保护地|森林公园|湿地公园|地质公园|风景名胜区|生物多样性保护区|水产种质资源保护区|旅游度假区|濒危植物保护地)"),
    ("流域", r"流域"),
    ("水库", r"水库"),
    ("园区", r"(?:工业园区|工业园|产业园区|产业园|经开区|高新区|组团|静脉产业园)"),
    ("处置场", r"(?:填埋场|处置场|消纳场|渣场|焚烧厂|污水处理厂|净水厂)"),
    ("公园", r"(?:公园|古镇|草场)"),
    ("县区", r"(?:自治县|自治旗)"),
    ("街道", r"街道"),
    ("乡镇", r"(?<!城)(?<!小)(?<!乡)(?<!场)(?<!名)(?<!集)(?<!建制)镇|(?<!城)(?<!下)(?<!和美)(?<!美丽)(?<!原)(?<!治)(?<!家)(?<!各)乡"),
    ("村", r"(?<!农)(?<!乡)(?<!新)(?<!山)(?<!美乡)(?<!镇)(?<!排)(?<!级)村"),
    ("县区", r"(?<!全)(?<!区)(?<!各)(?<!级)(?<!州)(?<!强)(?<!地)(?<!示范)(?<!贫困)(?<!帮扶)县"),
    ("河流", r"(?<!运)(?<!跨界)(?<!界)(?<!境)(?<!山)(?<!沿)(?<!入)(?<!类)(?<!治)(?<!一)(?<!七)(?<!两)河|(?<!沿)(?<!临)(?<!滨)(?<!一)江|溪"),
    ("湖泊", r"(?<!江)(?<!河)(?<!通江)(?<!入)(?<!环)(?<!田)湖"),
    ("片区", r"(?<!连)片区"),
    ("山", r"(?<!矿)(?<!治)(?<!青)(?<!靠)(?<!荒)(?<!关闭矿)(?<!金)(?<!银)(?<!两)山"),
)  # fmt: skip
ORG_ENDINGS = (
    "生态环境局|水利局|林业局|规划自然资源局|自然资源局|农业农村委|农业农村局|住房城乡建委|住房城乡建设局|经济信息委|发展改革委|发展改革局|城市管理局|交通局|交通运输局|应急局|"
    "应急管理局|气象局|卫生健康委|市场监管局|公安局|财政局|文化旅游委|工作专班|领导小组|管委会|管理局|管护中心|管理中心|监测站|监测中心|执法支队|执法大队|人民政府|县政府|市政府|"
    "县委|市委|国务院|营管部|分行|支行|有限公司|集团|中学|大学|学院|医院|水利部|生态环境部|自然资源部|文联|协会|联盟|合作社|国有林场|林场|专业队伍|救援队|社会组织|金融机构|"
    "专业机构|检验机构|检测机构|银行机构|责任部门|监管部门|相关部门|电网企业|餐饮企业|快递企业|国有企业|重点企业|产废单位|排污单位|监管单位|用能单位|服务单位|施工单位|事业单位|党政机关"
)
_ORG_WORDS = re.compile(
    r"生态环境(?=[局部])|城市管理|发展改革|综合(?=行政|执法)|重点(?=企业|监管|排污|用能)|控制|第三方|各级(?=党政)|文化旅游|社会组织|农业农村|有限公司"
)
_ORG = re.compile(rf"{_C}{{0,14}}?(?:{ORG_ENDINGS})(?:（{_C}{{1,6}}）)?")
_ORG_GENERIC = re.compile(
    rf"(?:^|[、，（和与及])({_C}{{1,8}}(?:局|委|办|院|站|所|公司|部))(?=$|[、，）和与及])"
)
_TOWNS = re.compile(r"各?(?:乡镇（街道）|镇街|乡镇和街道|镇（街道）)")
_STOP = re.compile(
    r"对接|紧扣|锚定|瞄准|[的了在对将把被从向以为是有无及和与或等并使让由按据即如若则其该这那此各每全本多少第到至达于个座条处项宗年内巡]|累计|以上|以下|"
    r"建成|位列|位居|获|行政|分类|"
    r"推进|推动|加强|强化|开展|实施|落实|完善|建设|打造|提升|优化|统筹|巩固|规范|引导|鼓励|支持|督促|加快|加大|严格|治理|修复|保护|监管|重点|持续|聚焦|围绕|立足|依托|深化|综合|推广|保障|"
    r"建立|构建|维护|促进|管控|控制|确保|完成|实现|创建|培育|发展|联动|联合|健全|协同|合作|参与|融入|纳入|涉及|包括|提高|改善|结合|根据|按照|通过|针对|关闭|淘汰|入选|获评|成功|争取|"
    r"生态|环境|水质|流域|美丽|幸福|农村|城市|乡村|城镇|集中|国控|市控|考核|出境|控制|关键|重要|滨河|县城|城中|新型|中小|连片|文化旅游|亚高|空间|核心|原乡|林区|跟进|威胁|延续|侵占|影响|退化|赋能|一批|万村|县级|市级|区县|毗邻|传统|历史|遗留|绿色|特色|示范|典型|跨区域|区域|跨省|打通|系统|科学|分布|历经|坚持|提质|高质量|有序|宜居|宜业"
)
_NOT_NAME = re.compile(
    r"^(?:河|江|溪|湖|山|镇|乡|村|县|街道|水库|片区|断面|流域|公园|组团|两江|一江|三江|黑臭|入河|沿河|河长|山河|行政|自然|建制|重点|中心|全域|跨界|界|内|外|水|支|干|大|小|本|江河|小流|小微|生产|废弃|露天|绿水青|主要|人均|封|省级|市级|县级|国家级|建筑垃圾|生活垃圾|渣土|危险废物|医疗废物|工业固体废物|一般|固废|垃圾|乡镇|城镇|县城|"
    r"绿|荒|地|森林|湿地|郊野|口袋|城市|主题|社区|滨河|滨江|国家|红色|控制|考核|出境|入境|监测|饮用|大中型|小型|乡|农|镇|美丽|区|州|自治|毗邻|区县|周边|贫困|示范|帮扶|山水)*(?:"
    r"河|江|溪|湖|山|镇|乡|村|县|街道|水库|片区|断面|流域|公园|组团|自然保护区|自然保护地|森林公园|湿地公园|风景名胜区|产业园|工业园区|园区|古镇|草场|填埋场|处置场|污水处理厂)$"
)


# 省级美丽宜居村35个, 市级卫生乡镇三个: how many of a kind there are, no name
_GRADED = re.compile(r"(?:国家|[省市区县州])级[^，。；、：]{0,8}$")
_COUNTED = re.compile(
    r"^(?:的?(?:数量|个数|总数))?(?:达到?|为|不少于|超过|累计)?(?:\d+|[一二两三四五六七八九十百]+)余?(?:个|座|处|条|家)"
)


def _is_kind(text: str, begin: int, end: int) -> bool:
    """Whether text[begin:end] is a kind of place (an honour, a count of them) rather than a place's name."""
    return bool(_GRADED.search(text[max(0, begin - 14) : begin]) or _COUNTED.match(text[end : end + 16]))


@dataclass(frozen=True)
class Found:
    """A name in a text: characters begin..end."""

    name: str
    type: str
    begin: int
    end: int


def _left_bound(text: str, end: int, longest: int) -> tuple[int, bool]:
    """Where a name that ends at `end` begins: after the last stop word or mark. True when a mark bounds it."""
    begin = end
    while begin > 0 and end - begin < longest + 3 and re.match(_C, text[begin - 1]):
        begin -= 1
    marked = begin == 0 or not re.match(_C, text[begin - 1])
    window = text[begin:end]
    stops = [m.end() for pattern in (_STOP, X.VERB) for m in pattern.finditer(window)]
    if stops:
        return begin + max(stops), False
    return max(begin, end - longest), marked and end - begin <= longest


_LIST_KINDS = (
    ("流域", "流域"), ("水库", "水库"), ("断面", "断面"), ("城镇", "乡镇"), ("乡镇", "乡镇"), ("片区", "片区"), ("村", "村"), ("河", "河流"),
    ("水源", "地点"), ("码头", "码头"), ("毗邻", "毗邻地区"), ("区县", "毗邻地区"), ("湖库", "水库"), ("易涝", "片区"),
)  # fmt: skip
_LISTED = re.compile(
    rf"(?P<list>{_C}{{2,16}}(?:、{_C}{{2,8}}){{1,8}}(?:(?:及|和){_C}{{2,8}})?)等(?P<kind>(?:大中型|重点|关键|主要|一批骨干)?"
    r"(?:小流域|流域|水库|断面|城镇|乡镇|片区|传统村落|河流|河湖|水源工程|码头|毗邻地区|毗邻区县|区县|湖库|易涝发?区域))"
)
_IS_NAME = re.compile(rf"^{_C}{{2,8}}$")
# what may not follow a name of this type: 秦巴山|区, 某县|城
_GOES_ON = {
    "山": tuple("区地体水林"),
    "乡镇": tuple("村级"),
    "县区": tuple("级城域"),
    "村": tuple("民庄级组"),
    "湖泊": tuple("泊库草"),
}


class PlaceFinder:
    """Learns the document's place names from where they stand between marks, then finds them everywhere."""

    def __init__(self, texts: list[str], county: str) -> None:
        self.types: dict[str, str] = {}
        clean, loose = Counter[str](), Counter[str]()
        for text in texts:
            for name, kind, marked in self._candidates(text):
                (clean if marked else loose)[name] += 1
                self.types.setdefault(name, kind)
        names = {n for n in clean if self._good(n)}
        for name, count in loose.items():
            inner = any(name != n and name.endswith(n) for n in names)
            if self._good(name) and not inner and (count >= 2 or 3 <= len(name) <= 7 or len(name) > 7):
                names.add(name)
        total = clean + loose
        names = {n for n in names if not any(self._prefixed(n, o, total) for o in names)}
        names = {n for n in names if not county.startswith(n)}
        if county:
            names.add(county)
            self.types[county] = "县区"
        for text in texts:
            for name, kind in listed_places(text):
                if 2 <= len(name) <= 8 and name not in names and self._good(name):
                    names.add(name)
                    self.types[name] = kind
        ordered = sorted(names, key=lambda n: (-len(n), n))
        self.pattern = re.compile("|".join(re.escape(n) for n in ordered)) if ordered else None

    def _prefixed(self, name: str, other: str, total: Counter[str]) -> bool:
        """Whether `name` is `other` with a stray word in front: 大巴山 is no 巴山, 推进任河 is 任河."""
        if name == other or not name.endswith(other) or self.types[name] != self.types[other]:
            return False
        return total[name] < 2 or total[name] < 0.25 * total[other]

    def _candidates(self, text: str) -> list[tuple[str, str, bool]]:
        out = []
        for kind, ending in PLACE_TYPES:
            longest = 12 if kind in ("自然保护地", "园区", "处置场", "公园", "县区") else 5
            for found in re.finditer(ending, text):
                begin, marked = _left_bound(text, found.start(), longest)
                name = text[begin : found.end()]
                after = text[found.end() : found.end() + 1]
                if kind == "流域":
                    name = name.removesuffix("流域") + ("" if re.search(r"[河江溪]流域$", name) else "流域")
                    continue
                if (
                    kind in ("乡镇", "村", "山", "湖泊", "县区")
                    and after
                    and after in "长级域城水区村容民组岸体地库滨林貌风居里委政治情"
                ):
                    continue
                if kind == "河流" and after and after in "长湖道岸涌":
                    continue
                if kind in ("乡镇", "村", "县区", "街道", "公园") and _is_kind(text, begin, found.end()):
                    continue
                if found.start() - begin >= 1:
                    out.append(
                        (name, kind, marked and (not after or not re.match(_C, after) or len(name) <= 3))
                    )
        return out

    @staticmethod
    def _good(name: str) -> bool:
        return (
            len(name) >= 2
            and not _NOT_NAME.match(name)
            and not re.match(r"[千万百两三四]|国家(?!级)|旅游|文化旅游", name)
            and not re.search(r"\d|[一二两三四五六七八九十]{1,3}(?:河|江|山|镇|乡|村|县)$", name)
        )

    def find(self, text: str) -> list[Found]:
        """Places in a text, longest first at each spot, in order."""
        if self.pattern is None:
            return []
        out = []
        for m in self.pattern.finditer(text):
            kind = self.types.get(m.group(), "")
            if (
                text[m.end() : m.end() + 1] in ("县", "市", "区")
                and len(m.group()) <= 3
                and kind in ("河流", "山", "湖泊")
            ):
                continue
            if not (kind in _GOES_ON and text[m.end() : m.end() + 1] in _GOES_ON[kind]):
                out.append(Found(m.group(), kind, *m.span()))
        return out


def listed_places(text: str) -> list[tuple[str, str]]:
    """羊耳坝、中坝子等大中型水库: what is listed in front of a kind of place is a place of that kind."""
    out: list[tuple[str, str]] = []
    for found in _LISTED.finditer(text):
        items = re.split(r"、|及|和|与", found.group("list"))
        kind = next((k for w, k in _LIST_KINDS if w in found.group("kind")), "地点")
        for n, item in enumerate(items):
            begin, _ = _left_bound(item, len(item), 8) if n == 0 else (0, True)
            name = item[begin:]
            if _IS_NAME.match(name) and not _STOP.search(name) and not X.VERB.search(name):
                out.append((name, kind))
    return out


def parts_of(found: Found) -> list[Found]:
    """高楠镇方斗村 is a town and a village."""
    both = re.match(r"(.{2,4}(?:镇|乡|街道))(.{2,5}村)$", found.name)
    if not both:
        return [found]
    cut = found.begin + both.end(1)
    return [Found(both.group(1), "乡镇", found.begin, cut), Found(both.group(2), "村", cut, found.end)]


def organisations_in(text: str) -> list[Found]:
    """Units named in a text."""
    out: list[Found] = []
    for found in _TOWNS.finditer(text):
        out.append(Found(found.group(), "属地政府", *found.span()))
    for found in _ORG.finditer(text):
        name, begin = found.group(), found.start()
        masked = _ORG_WORDS.sub(
            lambda m: "境" * len(m.group()), name
        )  # words in names that would be stops elsewhere
        stops = [m.end() for m in _STOP.finditer(masked) if m.end() <= len(name) - 2]
        cut = stops[-1] if stops else 0
        name, begin = name[cut:], begin + cut
        head = X.LEADING.match(name)
        if head and len(name) - head.end() >= 3:
            name, begin = name[head.end() :], begin + head.end()
        if len(name) >= 2 and name not in ("单位", "企业", "医院", "学院", "联盟", "协会", "集团", "林场"):
            out.append(Found(name, organisation_type(name), begin, begin + len(name)))
    return out


def organisation_type(name: str) -> str:
    """Kind of unit by its ending."""
    for kind, words in (
        ("企业", r"公司|集团|企业|分行|支行|联盟|合作社"),
        ("机关部门", r"[局委办部]$|国务院|营管部"),
        ("专班小组", r"专班|小组"),
        ("属地政府", r"政府|街道|乡镇"),
        ("事业单位", r"中学|大学|学院|医院|林场|中心|站$"),
        ("队伍", r"队伍|支队|大队|救援队"),
        ("机构", r"机构|协会|组织"),
        ("监管对象", r"单位|机关|部门"),
    ):
        if re.search(words, name):
            return kind
    return "其他"


_PROJECT_END = (
    r"(?:重大工程|工程|项目(?:（[^（）]{1,6}）)?|专项行动|行动|专项整治|攻坚战?|保护计划|计划|示范基地|示范片区?|示范区|示范点|示范工地|产业基地|基地|产业园|数据库|处置场|填埋场|消纳场|抽水蓄能电站|电站|"
    r"生产线|净化站|长廊|走廊|画廊|驿站|碧道|绿道|休闲带|文化生态公园|保护地|资源圃（?[^（）]{0,4}）?|观测站（点）|观测站|监测站|文化公园|信息平台|管理平台|数据平台|供电线路|管网|服务圈|传承体验中心|文化艺术中心|商业文化中心|分拣中心|生产基地|示范县|示范镇|示范村|试点(?!示范)|调查整治|排查整治|提质改造|更新改造|综合整治|普查|公共充电网络|步道)"
)
_PROJECT = re.compile(
    rf"(?P<name>[^，。；、：]{{2,40}}?{_PROJECT_END})(?=建设|实施|改造|整治|成果|管理|投资|总投资|$|[，。；、：和等及])"
)
_PROJECT_KIND = (
    ("行动", r"行动|整治|攻坚|计划"),
    ("创建", r"示范|创建|服务圈"),
    ("平台", r"平台|数据库"),
    ("工程", r"."),
)  # fmt: skip


def _whole_list(text: str, begin: int, name: str) -> tuple[int, str]:
    """明通、高楠等一批水源工程 is one name: where 等 follows a list, the list belongs to it."""
    if "等" not in name or begin == 0 or text[begin - 1] != "、":
        return begin, name
    left = max((text.rfind(mark, 0, begin) for mark in "，。；："), default=-1) + 1
    whole = text[left : begin + len(name)]
    shorter = X.strip_leading(whole)
    if not whole.endswith(shorter) or len(shorter) > 34 or "等" in shorter[: -len(name)]:
        return begin, name
    return begin + len(name) - len(shorter), shorter


def projects_in(text: str) -> list[Found]:
    """Named projects, campaigns and works of a sentence."""
    out: list[Found] = []
    for found in _PROJECT.finditer(text):
        name, begin = found.group("name"), found.start("name")
        shorter = X.strip_leading(name)
        begin += len(name) - len(shorter) if name.endswith(shorter) else 0
        name = re.sub(r"^\d+(?:\.\d+)?[\u4e00-\u9fff]{0,2}(?:个|座|处|条|项|家|万亩)", "", shorter)
        name = trim(re.sub(r"^(?:一批|等|一系列|重点|有关|相关|各类|此类)+", "", name))
        if (
            len(name) < 5
            or (re.fullmatch(rf".{{0,3}}{_PROJECT_END}", name) and len(name) < 5)
            or len(name) > 34
        ):
            continue
        if name.endswith("建设项目") or re.search(r"不符合|各类|相关|其他", name):
            continue
        begin, name = _whole_list(text, begin, name)
        inner = re.search(r"(?:建设|打造|实施|开展|布局|更新)(?=.{6,}$)", name)
        if inner and "、" not in name:
            begin, name = begin + inner.end(), name[inner.end() :]
        if (
            _NOT_NAME.match(name)
            or name.count("《") != name.count("》")
            or name.endswith("见行动")
            or len(name) < 5
        ):
            continue
        kind = next(k for k, words in _PROJECT_KIND if re.search(words, name))
        out.append(Found(name, kind, begin, begin + len(name)))
    return out
