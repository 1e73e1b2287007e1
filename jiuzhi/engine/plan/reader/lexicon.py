"""Words that plans share: verbs, linking words, comparators, endings of names. General words of the genre only."""

from __future__ import annotations

import re


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Verbs that open a task. Longer first where one begins another.
VERBS = _words(
    "贯彻落实 组织开展 推进实施 推广实施 编制实施 加快推进 加快建设 全面推进 统筹推进 深入推进 持续推进 有序推进 稳步推进 稳妥推进 协同推进 系统推进 纵深推进 梯次推进 "
    "修订完善 清理整顿 调查勘查 探索建立 建立健全 推动落实 推动形成 强化开展 推动淘汰 综合治理 分类分级管控 精细化管控 探索引入 探索开行 探索应用 探索打造 保护修缮 保护修复 "
    "推进 推动 推广 推行 加强 强化 深化 开展 实施 落实 执行 完善 健全 建立 构建 建设 打造 提升 提高 优化 统筹 巩固 规范 引导 鼓励 支持 督促 加快 加大 严格 严禁 禁止 严守 严控 "
    "严厉打击 打击 查处 整治 治理 修复 保护 改造 更新 淘汰 关闭 清理 清退 排查 监测 监管 管控 控制 防控 防范 防治 化解 编制 制定 修订 出台 划定 调整 培育 发展 壮大 扩大 拓展 延伸 创建 "
    "争取 争创 申报 申请 完成 实现 确保 保障 保持 维护 促进 带动 倡导 宣传 普及 举办 组织 参与 融入 对接 衔接 联合 协同 协作 配合 依托 探索 创新 改革 运用 应用 利用 使用 采用 采取 用好 "
    "储备 开发 引进 引入 布局 配套 配备 安装 设置 新增 新建 增设 扩建 整合 盘活 挖掘 弘扬 传承 提炼 讲好 做好 抓好 抓实 做强 做靓 擦亮 绘制 绘就 筑牢 夯实 压实 压紧 厘清 摸清 明确 细化 "
    "纳入 公开 披露 评估 评价 考核 追究 问责 审计 备案 登记 核查 核算 调查 普查 检查 巡查 执法 督察 减少 减量 降低 削减 遏制 防止 杜绝 避免 消除 缓解 破解 解决 回收 收集 处置 处理 贮存 转运 "
    "倒逼 激发 释放 吸引 集聚 畅通 打通 增强 丰富 改善 改进 美化 绿化 塑造 营造 恢复 复原 修缮 移植 增殖 放流 发挥 坚持 突出 聚焦 围绕 立足 按照 结合 构筑 搭建 形成 启动 启用 开通 接入 "
    "共建 共享 共同 协助 牵头 指导 监督 管理 运行 运维 供给 供应 保育 封育 监控 预警 救援 演练 会商 通报 调度 推介 树立 推出 评选 征集 定期 动态 及时 主动 妥善 切实 精准 合理 科学 依法 有效"
)
ADVERBS = _words(
    "持续深入 持续 全面 深入 有序 稳步 积极 大力 着力 切实 扎实 认真 严格 严厉 加快 加速 统筹 协同 系统 纵深 梯次 重点 定期 动态 及时 主动 妥善 精准 合理 科学 依法依规 依法 有效 稳妥 逐步 不断 "
    "进一步 常态化 系统性 高标准 高质量 高水平 高品质 因地制宜 分类 分级 分阶段 分区域 同步 共同 合力 全力 力争 努力 确保 优先 率先 充分 广泛 继续 坚决 探索 一体 一体化 有力有序有效 抓紧 适时 按要求 "
    "按照要求 按时 按需 整体 联合 深度 创新 强力 规范 长效 全程 提前 累计 圆满 共计 成功 顺利 自觉 带头 稳定"
)
_VERBS = sorted(set(VERBS), key=len, reverse=True)
_ADVERBS = sorted(set(ADVERBS), key=len, reverse=True)
VERB = re.compile("|".join(_VERBS))
LEADING = re.compile(
    rf"^(?:(?:{'|'.join(_ADVERBS)})*(?:{'|'.join(v for v in _VERBS if v not in ('监测', '管理', '治理', '保护', '使用', '利用', '应用', '供应', '发展'))}))"
)
ADVERB_HEAD = re.compile(rf"^(?:{'|'.join(_ADVERBS)})+")
# Verbs whose completion a count measures: the number is what will be (or was) done.
DONE_VERB = re.compile(
    r"完成|建成|新建|新增|建设|创建|创成|打造|改造|治理|整治|修复|关闭|淘汰|实施|启动|培育|搬迁|移植|布局|建立|新改建|扩建|安装|更新|整改|销号|栽植|营造|划定|"
    r"获评|评选|设立|配备|引进|发展|推广|建有|推动|推进|开展|编制|争创|争取|引进|覆盖|累计|提升|投放|规划|回收|处置|处理|增殖|放流|种植|抚育|绿化|搭建|开通|举办|培训|达到?|拆除|清理|"
    r"排查|新植|封育|召开|安排|申报|入选|开辟|管护|保护|盘活|增加|改建|减少|压减|削减|节约|接入|纳入|实现|组织"
)
PROGRESS_VERB = re.compile(r"(?:持续推进|推进|加强|强化|提升|加快推进|提高)$")
# Words between a name and its number, with the comparator they stand for.
LINK = (
    (r"(?:达到或超过|达到或高于|不得?低于)", ">="),
    (r"(?:不突破|不得超过|不超出|不得突破)", "<="),
    (r"(?:净增加?|净增长)", "increase"),
    (r"(?:总体|持续|分别|均|力争)*(?:不高于|不超过|不多于|不大于|控制[在到至])", "<="),
    (
        r"(?:总体|持续|分别|均)*(?:稳定|维持|巩固|锁定|提升|提高|增加|增长|上升|增|升|扩大|改善|恢复|优化)(?:到|至|在)",
        "=",
    ),
    (r"(?:总体|持续|分别|均)*(?:下降|降低|降|减少|压减|缩减|减|削减|压降)(?:到|至|为)", "="),
    (r"(?:仍|已|目前)*(?:高达|已达到?|仍达|接近)", "="),
    (r"(?:总体|稳定|持续|常年|始终|分别|均|基本|力争|平均)*(?:稳定)?保持在?", "="),
    (r"(?:总体|持续|分别|均|力争|力争实现)*(?:稳定达到|达到|达成|达|为|是|在|至|到|约为|均为)", "="),
    (r"(?:总体|持续|分别|均|力争)*(?:不低于|不少于|不小于|至少|不低|高于等于)", ">="),
    (r"(?:总体|持续|分别|均|力争)*(?:超过|突破|高于|多于|大于|逾|超)", ">"),
    (r"(?:总体|持续|分别|均|力争)*(?:低于|少于|小于|不足|不到)", "<"),
    (r"(?:总体|持续|分别|均)*(?:优于|好于)", "better"),
    (
        r"(?:总体|持续|累计|年均|平均|分别|均|共|再)*(?:下降|降低|减少|削减|压减|降幅达?|下降率达?)",
        "decrease",
    ),
    (r"(?:总体|持续|累计|年均|平均|分别|均|共|再)*(?:增长|提高|提升|增加|上升|增幅达?|增速达?)", "increase"),
    (r"(?:累计|共计|总计|合计|约|近|共|仅|已|年均|平均|分别|均|余)", "="),
)
_LINKS = [(re.compile(f"(?:{pattern})$"), sign) for pattern, sign in LINK]
LOWER_IS_BETTER = re.compile(r"浓度|能耗|排放|填埋|死亡|事件|占比低|用量|强度|超标|污染|缺陷|投诉")
CLASSIFIER = re.compile(r"[个家座处条项户名位宗件起只头株棵所辆台套艘批次类种张片块支份场口眼组间栋幢人]$")
POLLUTANT = re.compile(
    r"化学需氧量|氨氮|总磷|总氮|二氧化硫|氮氧化物|挥发性有机物|(?:可吸入|细)?颗粒物|臭氧|一氧化碳|二氧化氮|二氧化碳|甲烷|PM2\.5|PM10|SO2|NO2|NOx|O3|CO(?![A-Za-z2])|烟尘|粉尘|VOCs|COD|重金属|铅|汞|镉|铬|砷"
)
RATE_END = re.compile(
    r"(?:率|比例|占比|比重|浓度|面积|天数|总量|指数|规模|余额|数量|长度|蓄积量|水平|满意度|容量|能力|系数|产值|值|量|数|覆盖面|程度|强度|装机|增速|降幅|贡献)$"
)
STATE_NAME = re.compile(
    r"(?:率|比例|占比|比重|浓度|天数|指数|余额|蓄积量|满意度|容量|装机|覆盖面|达标|水质)$"
)
_LOOSE = re.compile(r"^(?:持续|全面|进一步|不断|累计|共计|每年|新一轮|总体|分别|整体|稳妥)+")
# 建设用地, 治理率, 管理水平: the verb is part of the noun
_NOUN_GOES_ON = re.compile(
    r"用地|项目|单位|率|面积|区|量|比例|成效|水平|标准|任务|指标|体系|林|场|用|机构|能力|程度|工程|厂|站|的|地"
)
GOVERNING = re.compile(
    r"^(?:[一二三四五六七八九十]是(?=..)|(?:到|至)?(?:20\d\d年(?:[底末]?前|[底末])?|“?十[四五六]五”?(?:期间|时期|末|以来)?|期末|规划期(?:内|末)|届时)[，,]?|(?:力争|确保|保证|努力|争取|实现|促进|推动|使|让|推进)+(?!\d)|"
    r"(?:全县|全市|全区|全域|县域|辖区)(?=[\u4e00-\u9fff“])(?!内))"
)
TIME_HEAD = re.compile(
    r"^(?:(?:到|至|截至)?(?:20\d\d年(?:[底末]?前|[底末])?|“?十[四五六]五”?(?:期间|时期|末)?)[，,]?|(?:全县|全市|全区|全域|县域|力争|确保)(?=[\u4e00-\u9fff“])(?!内))+"
)
FUNCTION = re.compile(
    r"^(?:的|和|与|及|以及|等|等级|并|且|或|其中|其|对|将|把|在|从|以|按|为|由|至|到|向|所(?!有)|被)+|^所有(?=..)"
)


def strip_link(text: str) -> tuple[str, str, str]:
    """Take linking words off the end of `text`: (rest, comparator, words taken)."""
    comparator, taken, changed = "", "", True
    while changed:
        changed = False
        for pattern, sign in _LINKS:
            found = pattern.search(text)
            if found and found.group():
                if sign != "=" or not comparator:
                    comparator = sign if comparator in ("", "=") else comparator
                taken = found.group() + taken
                text = text[: found.start()].rstrip("，、 ")
                changed = True
                break
    return text, comparator, taken


def strip_leading(text: str, *, verbs: bool = True) -> str:
    """Take time, scope words and (with `verbs`) task verbs off the front of a name."""
    before, first = None, True
    while before != text:
        before = text
        text = GOVERNING.sub("", text)
        text = FUNCTION.sub("", text) if len(text) > 4 else text
        if verbs:
            found = LEADING.match(text) or _LOOSE.match(text)
            room = 2 if first else 4  # 开展执法检查: the second verb is the noun
            if found and len(text) - found.end() >= room and not _NOUN_GOES_ON.match(text, found.end()):
                text, first = text[found.end() :], False
    return text.strip("，、：: ")


def verbs_in(text: str) -> list[str]:
    """Verbs that open the comma clauses of a sentence, in order."""
    out: list[str] = []
    for part in re.split(r"[，；。：]", text):
        bare = TIME_HEAD.sub("", part.strip())
        head = ADVERB_HEAD.match(bare)
        rest = bare[head.end() :] if head else bare
        found = VERB.match(rest) or VERB.match(bare) or VERB.search(bare[:14])
        if found and found.group() not in out:
            out.append(found.group())
    return out
