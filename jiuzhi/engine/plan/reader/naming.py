"""Names of indicators out of the words around a number, and the year those words give."""

from __future__ import annotations

import re

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.roles import Plan
from jiuzhi.engine.plan.reader.sentences import trim

YEAR = re.compile(
    r"(?P<ref>较|比|相较于?|与|自|从|由|以)?(?P<to>到|至|截至|截止|在|于)?(?P<y>20\d\d)年(?P<tail>底前|年底|底|末|前|的|起)?(?!度|第)"
)
FIVE_YEARS = re.compile(r"“?十([三四五六])五”?(初|末)")
_FIVE_START = {"三": 2016, "四": 2021, "五": 2026, "六": 2031}
_CUT = re.compile(
    r"(?<=..)(?:开展|实施|全部|(?<!年)均|年均|已|(?<!价值)实现|全覆盖|清零|中排名|融入|深度融入|高端化|为重点|为主|为核心|为支撑|智能化|完成|纳入|获评|获|入选|得到|达到|达|全面|稳定|常年|保持|进行|建成|形成|安装|采用|启动|成功|有效|水质|并|以及|列入|通过|提升|增加|位居|稳居|编制)"
)
_TAIL = re.compile(r"(?:等?(?:重点)?(?:工程|工作|任务|建设|等|等工程|项目))$")
_AREA = re.compile(r"(?:亩|公顷|平方公里|平方千米|平方米|㎡|km2|hm2)$")
_LENGTH = re.compile(r"(?:(?<!平方)公里|(?<!平方)千米|(?<!方)米|km)$")
NAMED_VERB = ("新增", "新建", "关闭", "改造", "淘汰", "修复", "治理", "退出", "拆除", "搬迁")
UNIT_NAMES = {
    "m3": "立方米", "km2": "平方公里", "平方千米": "平方公里", "㎡": "平方米", "km": "公里", "千米": "公里",
    "hm2": "公顷", "μg/m3": "微克/立方米", "ug/m3": "微克/立方米", "mg/m3": "毫克/立方米", "mg/L": "毫克/升", "mg/l": "毫克/升",
    "微克每立方米": "微克/立方米", "毫克每立方米": "毫克/立方米", "毫克每升": "毫克/升", "kW": "千瓦", "MW": "兆瓦", "kV": "千伏", "dB": "分贝", "dB（A）": "分贝",
}  # fmt: skip


def year_before(text: str, plan: Plan) -> tuple[int, bool]:
    """The year a number at the end of `text` is for; True when the words say so outright."""
    best, at, stated = 0, -1, False
    for found in YEAR.finditer(text):
        ref = found.group("ref")
        since = ref in ("较", "比", "相较于", "相较", "与", "自", "以") or found.group("tail") == "起"
        if since or text.startswith("基础上", found.end()):
            continue
        best, at, stated = int(found.group("y")), found.end(), True
    for found in FIVE_YEARS.finditer(text):
        if found.end() > at:
            start = _FIVE_START[found.group(1)]
            best, at, stated = (start - 1 if found.group(2) == "初" else start + 4), found.end(), False
    return best, stated


def clean_name(text: str) -> str:
    """A name without years, linking words, leading verbs, list marks."""
    text = YEAR.sub("", text)
    text = FIVE_YEARS.sub("", text)
    text = re.sub(r"“?十[三四五六]五”?(?:时期|期间|以来)?，?", "", text)
    text = re.sub(
        r"^[、和及与并，]+|(?:从|由|自|的|约|近|超|逾|累计|共|每年|年均|连续|已|实现|分别|共计|提前|为|较|(?<!占)比|同比|环比)+$",
        "",
        trim(text),
    )
    text = re.sub(r"^[一二两三四五]年内(?=..)", "", trim(text))
    text = X.strip_leading(trim(text))
    text = re.sub(r"(?:从|由|自|的|约|近|累计|共|完成|较|(?<!占)比|同比|环比)+$", "", text)
    return trim(text)


def spread_names(name: str, count: int) -> list[str]:
    """任河、前河、中河自然岸线率 → three names; 甲率、乙率 → two. Falls back to the name as it stands."""
    items = re.split(r"[、和与及]", name)
    items = [i for i in items if i]
    if len(items) != count:
        return [name]
    pollutant = X.POLLUTANT.match(items[-1])
    if pollutant and pollutant.end() < len(items[-1]) and all(X.POLLUTANT.fullmatch(i) for i in items[:-1]):
        return [*(i + items[-1][pollutant.end() :] for i in items[:-1]), items[-1]]
    if all(X.RATE_END.search(i) for i in items):
        return items
    last, ending = items[-1], items[0][-1]
    lengths = {len(i) for i in items[:-1]}
    cut = last.find(ending) + 1
    if all(i.endswith(ending) for i in items[:-1]) and 0 < cut < len(last):
        return [*(i + last[cut:] for i in items[:-1]), last]
    if len(lengths) == 1 and len(last) > (size := lengths.pop()) and size <= 4:
        return [*(i + last[size:] for i in items[:-1]), last]
    return items if all(len(i) >= 4 for i in items) else [name]


def noun_of(right: str) -> str:
    """The counted noun after a number: cut at the next verb or 的."""
    listed = re.match(r"([^，。；\d]{4,36}?)等(?:重点)?(?:工程|项目|任务|工作|措施)?$", trim(right))
    if listed and "、" in listed.group(1) and not re.search(r"[厂站（]", listed.group(1)):
        return listed.group(1)
    text = trim(re.split(r"[，、。；]|(?:于|在)20\d\d年", right, maxsplit=1)[0])
    if text.startswith("的"):
        return text[1:]
    found = _CUT.search(text)
    text = text[: found.start()] if found else text
    inner = re.match(r"(.{2,16}?)的", text)
    text = inner.group(1) if inner else text
    text = X.strip_link(text)[0]
    return trim(re.sub(r"(?:和|及|与|以及|，)$", "", text))


def measure_name(prefix: str, noun: str, unit: str) -> str:
    noun = shorten(_TAIL.sub("", noun) if len(noun) > 4 else noun)
    if X.RATE_END.search(noun) and not X.CLASSIFIER.search(unit):
        return prefix + noun
    if re.search(r"(?:能耗|水耗|煤耗|电耗|物耗)$", noun):
        return prefix + noun
    if _AREA.search(unit):
        return f"{prefix}{noun}面积"
    if _LENGTH.search(unit):
        return f"{prefix}{noun}长度"
    if unit.endswith("元"):
        return f"{prefix}{noun.removesuffix('金额')}金额"
    if re.search(r"(?:千瓦|兆瓦|kW|MW)$", unit):
        return f"{prefix}{noun}规模"
    if re.search(r"(?:吨|千克|公斤|立方米|千瓦时|标煤|标准煤|m3)$", unit):
        return f"{prefix}{noun}量"
    if unit.endswith(("人", "人次", "户")):
        return f"{prefix}{noun}{'户数' if unit.endswith('户') else '人数'}"
    return f"{prefix}{noun}数量"


def shorten(name: str, limit: int = 36) -> str:
    name = trim(re.sub(r"\s", "", name))
    if len(name) <= limit:
        return name
    tail = re.split(r"[、，]", name)[-1]
    return (tail if len(tail) >= 4 else name)[-limit:]


def rate_name(body: str) -> str:
    """Name of a rate: its first words may look like a verb and be none (建设用地…率, 绿化覆盖率, 综合利用率)."""
    text = re.sub(r"“?十[三四五六]五”?(?:时期|期间|以来)?，?", "", FIVE_YEARS.sub("", trim(body)))
    text = re.sub(
        r"^[、和及与并，]+|(?:从|由|自|的|约|近|每年|年均|连续|已|实现|分别|共计|较|(?<!占)比|同比|环比)+$",
        "",
        trim(text),
    )
    text = X.strip_leading(trim(text), verbs=False)
    text = re.sub(
        r"^(?:提升|提高|推动|促进|推进|实现|确保|稳步|持续|进一步|逐步|努力|切实|有效|着力|大力|全面|其中)+(?=..)",
        "",
        text,
    )
    return trim(text)


def normal_unit(unit: str) -> str:
    """One spelling a unit: 亿m3 → 亿立方米, 平方千米 → 平方公里."""
    found = re.match(r"(万亿|千万|百万|十万|亿|万)?(.*)$", unit)
    if unit in UNIT_NAMES or found is None:
        return UNIT_NAMES.get(unit, unit)
    return (found.group(1) or "") + UNIT_NAMES.get(found.group(2), found.group(2))
