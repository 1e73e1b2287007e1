"""Number mentions in a clause: value, unit, comparator signs and words right at the number. No meaning yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from jiuzhi.engine.plan.reader.sentences import depths

_BASE_UNITS = (
    "微克每立方米|毫克每立方米|毫克每升|克标准煤/千瓦时|克标煤/千瓦时|起/万枚|吨二氧化碳当量|大类|亩次/年|亩次|亩/年|公顷/年|公里/年|万株/年|微克/立方米|毫克/立方米|微克/升|毫克/升|克/升|毫克/千克|吨标准煤/万元|吨标煤/万元|吨/万元|立方米/万元|平方米/人|升/人|千克/人|人/平方公里|吨/平方公里|公斤/亩|"
    "蒸吨/小时|蒸吨|吨/日|吨/天|吨/年|吨/小时|立方米/日|立方米/秒|次/年|家/年|μg/m3|ug/m3|mg/m3|mg/L|mg/l|dB（A）|dB|km2|m3|km|hm2|㎡|kW|MW|kV|"
    "个百分点|百分点|%|‰|平方公里|平方千米|平方米|立方米|立方千米|公里|千米|厘米|毫米|米|公顷|亩|吨标准煤|吨标煤|千克标准煤|克标准煤|标准煤|标煤|吨|千克|公斤|克|"
    "千瓦时|千瓦|兆瓦|瓦|千伏安|千伏|度|亿元|元|小时|分钟|个月|天|日|年|人次|人|户|家|名|位|座|处|条|项|宗|件|起|个|只|头|羽|株|棵|所|辆|台套|台|套|艘|"
    "批次|批|次|类|种|张|片|块|段|支|部|本|份|场|口|孔|眼|组|门|间|栋|幢|分贝|分|级|倍|℃|册|期|届|轮|村|镇|乡|盏|根|对|道|面|把|例|篇|幅|升|架|尾|标台"
)
_MULTIPLIER = r"(?:万亿|千万|百万|十万|亿|万|千(?!瓦|米|克|伏)|百(?!分))?"
_NUM = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SIGN = r"[<>≥≤=]=?"
_PRE = r"不低于|不少于|不小于|不高于|不超过|不多于|不大于|不足|低于|少于|小于|高于|多于|大于|优于|好于|超过|超|突破|至少|达到|逾|近|约|大约|累计|平均"
_POST = r"及以上|以上|及以下|以下|以内|之内|左右|上下"
NUMBER = re.compile(
    rf"(?P<sign>{_SIGN})?(?P<low>{_NUM})"
    rf"(?:(?P<unit1>{_MULTIPLIER}(?:%|‰)|(?:{_MULTIPLIER}(?:{_BASE_UNITS})))?(?:-|~|—|至|到)(?P<high>{_NUM}))?"
    rf"(?P<more>余|多|来)?(?P<unit>{_MULTIPLIER}(?:{_BASE_UNITS})?)(?P<more2>余|多)?(?P<post>{_POST})?"
)
_CN_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_CN = "[一二两三四五六七八九十百千]"
CN_YEARS = re.compile(rf"(?P<lead>连续|提前|已连续|近|累计)(?P<num>{_CN}{{1,3}})年(?!级|度|[平均]|行动)")
CN_POLICY = re.compile(rf"(?P<lead>)(?P<num>{_CN}{{1,3}})年(?=禁|期)")
CN_BIG = re.compile(
    r"(?P<lead>)(?<![一二三四五六七八九十])(?P<num>[两三四五六七八九十])大(?=[\u4e00-\u9fff]{2})"
)
CN_COUNT = re.compile(
    rf"(?P<lead>建成|新建|新增|建设|打造|创建|改造|完成|培育|设立|布局|争创)(?P<num>[两三四五六七八九十]{_CN}{{0,3}})(?P<unit>个|座|处|家|条|项|所|万亩|公里|平方公里)"
    r"(?P<post>以上)?"
)
# 不少于三十公里, 开展一百个: a large number after a comparator or a verb
_LARGE = rf"(?P<num>[一二两三四五六七八九]?[十百千]{_CN}{{0,5}})"
CN_MEASURE = re.compile(
    rf"(?P<lead>不少于|不低于|至少|超过|达到|建立|开展|增加|整治|治理|修复|安装|配备|设置|划定|清理){_LARGE}"
    r"(?P<unit>个|座|处|家|条|项|所|户|台|套)(?P<post>以上)?(?!”)"
)
CN_SIZE = re.compile(
    rf"(?P<lead>[\u4e00-\u9fff]){_LARGE}(?P<unit>公里|千米|万亩|亩|公顷|平方公里|万?吨)(?P<post>以上)?(?!”)"
)
# 示范村三个、填埋场一座: the number behind its noun
CN_BEHIND = re.compile(
    rf"(?P<lead>[\u4e00-\u9fff]{{2}})(?<![同每另任某第统这那各几哪])(?P<num>[一两三四五六七八九十]{_CN}{{0,3}}|二十?{_CN}{{0,2}})"
    r"(?P<unit>个|座|处|家|条|所|套|台)(?P<post>以上)?(?=[、，。；）]|$)"
)
CN_SHARE = re.compile(
    r"(?P<lead>达到?|超过|突破|[约近至到占足少低高长由从]|下降|不低于|保持在|稳定在)(?P<num>[一二两三四五六七八九])成(?P<post>以上|以下)?(?=[、，。；）的]|[提升降增减]|左右|$)"
)
CN_PERCENT = re.compile(rf"百分之(?P<num>{_CN}{{1,4}})(?P<post>以上|以下)?")
RANK = re.compile(
    r"(?P<verb>稳居|位居|位列|居于|(?<![定民安])居(?![民住])|获评?|排名|跃居|保持|名列)(?P<scope>[^，。；、“”]{0,18}?)(?P<rank>首位|第[一二三四五六七八九十]|第\d{1,2}(?=[位名，。；]|$)|榜首)(?![一-龥]{0,2}[批轮次届期])"
    r"|(?P<scope2>全[市国省县区])(?P<rank2>首个|第一个)"
)
_NOT_BEFORE = re.compile(r"(?:第|[A-Za-z+\-_./—×∶]|\d[:：]|〔|\[|[A-Za-z]-)$")
_LEVEL = re.compile(
    r"(?:(?:保持|稳定|控制|维持)在|不低于|不高于|高于|低于|大于|小于|指数|系数|得分|达到?|提升至|提高[到至]|降[到至]|为|超过|突破|降低到)$"
)
_SHARED = re.compile(rf"^(?:[、和及](?:{_NUM}))*[、和及](?:{_NUM})({_MULTIPLIER}(?:{_BASE_UNITS}))")
_PURE_MEASURE = re.compile(rf"^{_NUM}(?:分钟|小时|公里|天|元|亩|千瓦)$")


# （含学校10个）, （总容积2.4万立方米）, （8万吨/日）: what a number in parentheses measures of the noun before
_ASIDE = re.compile(
    rf"^（(?:含|总(?:面积|长度?|容积|规模|库容|投资)|装机(?:容量)?|容积|日处理|年处理|处理能力|设计规模|规模|面积|长度?)[^（）。；]{{0,12}}\d"
    rf"|^（{_NUM}{_MULTIPLIER}(?:吨/日|立方米/日|吨/年|千瓦|兆瓦|平方米|立方米|公里|亩|公顷|平方公里)）$"
)


@dataclass(frozen=True)
class Mention:
    """A number in a text: characters begin..end, with its unit and what stands right beside it."""

    begin: int
    end: int
    value: Decimal
    high: Decimal | None
    unit: str
    sign: str = ""
    approx: str = ""  # 余 约 左右 近
    post: str = ""  # 以上 以下 …
    style: str = "arabic"  # arabic chinese rank big
    quoted: bool = False

    @property
    def plain(self) -> str:
        return plain(self.value)


def plain(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def chinese_number(text: str) -> int:
    """两百三十 → 230. Text of Chinese numerals below ten thousand."""
    total, digit = 0, 0
    for char in text:
        if char in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            digit = _CN_DIGIT.get(char, 0)
    return total + digit


def mentions(text: str) -> list[Mention]:
    """All number mentions of a clause that can be quantities; numbers inside names, dates and document numbers are none."""
    inside = depths(text)
    found: list[Mention] = []
    for match in NUMBER.finditer(text):
        mention = _arabic(text, match, inside)
        if mention:
            found.append(mention)
    taken = [(m.begin, m.end) for m in found]

    def free(a: int, b: int) -> bool:
        return not any(a < e and s < b for s, e in taken) and not inside[a]

    for pattern, unit, style in (
        (CN_PERCENT, "%", "chinese"),
        (CN_YEARS, "年", "chinese"),
        (CN_POLICY, "年", "chinese"),
        (CN_COUNT, "", "chinese"),
        (CN_SHARE, "%", "chinese"),
        (CN_MEASURE, "", "chinese"),
        (CN_SIZE, "", "chinese"),
        (CN_BEHIND, "", "chinese"),
        (CN_BIG, "个", "big"),
    ):
        for match in pattern.finditer(text):
            a, b = match.start("num"), match.end()
            if free(a, b):
                groups = match.groupdict()
                value = Decimal(chinese_number(match.group("num")))
                begin = match.start() if pattern is CN_PERCENT else a
                if pattern is CN_SHARE:  # 七成 is 70 %
                    value *= 10
                found.append(
                    Mention(
                        begin, b, value, None, unit or groups["unit"], "", "", groups.get("post") or "", style
                    )
                )
                taken.append((a, b))
    for match in RANK.finditer(text):
        name = "rank" if match.group("rank") else "rank2"
        a, b = match.start(name), match.end(name)
        if free(a, b):
            word = match.group(name)
            rank = (
                1
                if word in ("首位", "榜首", "首个", "第一个")
                else int(word[1:])
                if word[1:].isdigit()
                else chinese_number(word[1:])
            )
            found.append(Mention(a, b, Decimal(rank), None, "名次", style="rank"))
            taken.append((a, b))
    return sorted(found, key=lambda m: m.begin)


def _arabic(text: str, match: re.Match[str], inside: list[int]) -> Mention | None:
    a, b = match.span()
    before, after = text[max(0, a - 40) : a], text[b : b + 80]
    unit = match.group("unit") or match.group("unit1") or ""
    low, high = match.group("low"), match.group("high")
    if inside[a] and not _in_quotes_is_measure(text, a, b, inside):
        return None
    if _NOT_BEFORE.search(before) and not re.search(r"(?:达|至|到|为|—)—?$", before):
        return None
    if re.match(
        r"[A-Za-z+_\-×∶]|[:：]\d|:|分辨率|精度|[阶步]|个?(?:阶段|步骤|方面|层次|环节|维度)", after
    ) or (not unit and re.match(r"[./号#]", after)):
        return None
    if _is_year(low, unit, before, after) or (high and _is_year(high, unit, before, after)):
        return None
    if unit in ("年", "日", "月", "期", "届", "轮", "级") and not re.search(
        r"连续|提前|缩短|延长|长达|累计|达到?$|超过?$", before[-6:]
    ):
        return None
    shared = "" if unit else _shared_unit(before, after)
    if not unit and not match.group("sign") and not shared and not _LEVEL.search(before):
        return None
    if unit in (
        "分",
        "度",
        "道",
        "面",
        "把",
        "本",
        "口",
        "对",
        "门",
        "部",
        "组",
        "位",
        "村",
        "镇",
        "乡",
    ) and re.match(r"[级线区类别布散化]", after):
        return None
    if unit.endswith("个") and re.match(r"阶段|步骤|方面|层次|环节|维度", after):
        return None
    if low == "24" and unit == "小时" and not re.match(r"[内以]", after):  # 24小时值班: round the clock
        return None
    near = re.search(r"(约|近|逾|大约|超)$", before)
    approx = match.group("more") or match.group("more2") or (near.group(1) if near else "")
    post = match.group("post") or ""
    if post in ("左右", "上下"):
        approx, post = post, ""
    unit = unit or shared
    upper = Decimal(high.replace(",", "")) if high else None
    value = Decimal(low.replace(",", ""))
    if upper is not None and upper < value:
        return None
    return Mention(
        a,
        b,
        value,
        upper,
        unit,
        match.group("sign") or "",
        approx,
        post,
        quoted=bool(inside[a]) and before.rfind("“") > before.rfind("”"),
    )


def _shared_unit(before: str, after: str) -> str:
    """The unit of 48 in 分别为48、29微克/立方米, or nothing."""
    if not re.search(
        r"(?:达到?|为|至|到|降低?|减少|增[加长]|[于过在近]|[、和及]\d[\d.]*[、和及]|[、和及])$", before
    ):
        return ""
    found = _SHARED.match(after)
    return found.group(1) if found else ""


def _is_year(number: str, unit: str, before: str, after: str) -> bool:
    if not re.fullmatch(r"(?:19|20)\d\d", number):
        return False
    return (
        unit.startswith("年") or (not unit and not re.search(r"[达至到]$", before)) or after.startswith("年")
    )


def _in_quotes_is_measure(text: str, a: int, b: int, inside: list[int]) -> bool:
    """“90分钟” is a measure said in quotes; “885” or “1+3+N” is a name. Figures in plain parentheses count as said."""
    left, right = a, b
    while left > max(0, a - 150) and inside[left - 1]:
        left -= 1
    while right < min(len(text), b + 150) and inside[right]:
        right += 1
    content = text[left:right]
    if content[:1] in "“‘「":
        return bool(_PURE_MEASURE.match(content.strip("“”‘’「」")))
    said = content[:1] == "（" and (content[1:3] in ("其中", "含新", "包括") or bool(_ASIDE.match(content)))
    return said and len(content) < 40
