"""A report made by hand: every kind of row, long names, rare characters, all five states. Every number is made up."""

from datetime import date
from decimal import Decimal

import pytest

from jiuzhi.engine.reports.model import (
    Chapter,
    Curve,
    EditionRow,
    EvaluationReport,
    LateRow,
    MeasuredRow,
    Method,
    OwnerLoad,
    PendingValue,
    Section,
    StandardNote,
    StateCount,
    TargetRow,
    TaskRow,
)

LABELS = {"met": "达标", "on_track": "正常", "late": "滞后", "badly_late": "严重滞后", "no_data": "无数据"}
OWNERS = ["县生态环境局", "县水利局", "县住房城乡建委", "人行万州分行城口营管部", "未指定责任单位"]
NAMES = [
    ("细颗粒物（PM2.5）浓度", "微克/立方米", "15.6（2025年）", "≤20（2030年）", "16.2（2026年至今）"),
    ("地表水国控考核断面水质达标比例", "%", "100（2025年）", "100（2030年）", "100（2026年至今）"),
    ("氮氧化物、挥发性有机物、化学需氧量、总磷减排", "", "完成市级下达任务", "市级下达（2030年）", "—"),
    ("崖柏、珙桐等濒危珍稀植物保护性移植面积", "亩", "—", "50（2030年）", "3（2026年至今）"),
    ("水产规模化养殖场尾水综合治理达标率", "%", "—", "≥70（2030年）", "41.5（2026年）"),
]


def _target(number: int) -> TargetRow:
    name, unit, baseline, target, now = NAMES[number % len(NAMES)]
    state = list(LABELS)[(number * 7 + number // 3) % 5]
    return TargetRow(
        number, f"C{number:03d}", name, unit, ["约束性", "预期性", ""][number % 3], baseline, target,
        "—" if state == "no_data" else now, state, LABELS[state],
        "2026年至今为16.2，在限值以内，须逐年保持到2030年；路径应达17.9，落后约0.4年，今后每年须降低0.12。",
        OWNERS[number % 5], "专栏2 “十五五”规划指标体系" if number <= 14 else "第三章 聚焦治水治气治土治废治塑", number % 4 == 0,
    )  # fmt: skip


def sample(targets: int = 40) -> EvaluationReport:
    rows = [_target(i) for i in range(1, targets + 1)]
    counts = {s: sum(r.state == s for r in rows) for s in LABELS}
    late = [
        LateRow(
            r.name, r.target, r.now, r.state, r.state_label, r.owner, r.reason, 1500 - 300 * i, r.synthetic
        )
        for i, r in enumerate(r for r in rows if r.state in ("late", "badly_late"))
    ]
    silent = [
        LateRow(
            r.name,
            r.target,
            r.now,
            r.state,
            r.state_label,
            r.owner,
            "规划期内尚无数值，请填报或导入监测数据。",
            None,
            False,
        )
        for r in rows
        if r.state == "no_data"
    ]
    tasks = [
        TaskRow(
            f"推进第{i}片区污水管网与雨污分流改造",
            OWNERS[i % 5],
            f"{rows[i].name}：{rows[i].state_label}" if i % 3 else "",
        )
        for i in range(12)
    ]
    sections = [
        Section("", "", [], tasks[:2]),
        Section("第一节", "全力以赴“治气”", rows[14:24], tasks[:6]),
        Section("第二节", "持之以恒“治水”", rows[24:], tasks[6:]),
    ]
    curves = [
        Curve("C001", NAMES[0][0], NAMES[0][1], "≤20（2030年）", "met", [(y, Decimal(20)) for y in range(2026, 2031)],
              [(y, Decimal(v), y < 2026) for y, v in zip(range(2021, 2027), ("18.6", "17.9", "17.5", "16.4", "15.6", "16.2"), strict=True)],
              [(y, 16.0 - 0.6 * (y - 2026), 16.1, 16.2 + 0.7 * (y - 2026)) for y in range(2026, 2031)],
              "预测：2030年达标的概率约93%，中位数16.1，90%区间13.6—19 微克/立方米。", True),
        Curve("C005", NAMES[4][0], "%", "≥70（2030年）", "late", [(2025, Decimal(40)), (2030, Decimal(70))],
              [(2024, Decimal("39"), True), (2025, Decimal("40.2"), True), (2026, Decimal("41.5"), False)], [],
              "数据只有3年，不足以预测。", False),
    ]  # fmt: skip
    return EvaluationReport(
        title="城口县生态环境保护“十五五”规划实施评估报告", county="城口县", county_code="500229",
        plan_title="城口县生态环境保护“十五五”规划", plan_version="第1版（印发稿）", period="2026—2030年", document="plan.docx",
        sha256="ab" * 32, as_of=date(2026, 11, 22), judged_on=date(2026, 11, 20), synthetic=True,
        summary=["截至2026年11月22日，40项目标中：达标8项、正常8项、滞后8项、严重滞后8项、无数据8项。", "可研判的32项目标中，16项达标或按进度推进，占50.0%。"],
        counts=counts, total=len(rows),
        domains=[StateCount(d, {s: (i + j) % 4 for j, s in enumerate(LABELS)}, 7) for i, d in enumerate(("治水", "治气", "治土", "治废", "治塑", "治山", "治岸", "治城", "治乡"))],
        targets=rows, chapters=[Chapter("第三章", "聚焦治水治气治土治废治塑，巩固提升生态环境质量", counts, len(rows), 12, sections),
                                Chapter("第九章", "保障措施", dict.fromkeys(LABELS, 0), 0, 2, [Section("", "", [], tasks[:2])])],
        curves=curves, late=late, no_data=silent,
        owners=[OwnerLoad("县水利局", 3, 2, [r.name for r in late[:3]]), OwnerLoad("未指定责任单位", 0, 4, [])],
        unassigned=[r.name for r in rows if r.owner == "未指定责任单位"],
        pending=[PendingValue("森林蓄积量", "2026年", "1925 万立方米", "城口县林业局填报人", False)],
        editions=[EditionRow("空气质量优良天数", "318 天（2026年至今）", "全年按HJ 633-2012", "320 天", "HJ 633-2012", "PM2.5 24小时浓度75 µg/m³以下为良")],
        methods=[Method("PM2.5年均浓度", "有效日均值的算术平均", "HJ 663-2013 5.1", "GB 3095-2012；GB 3095-2026", "有效日少于324天不评价", [("有效天数", "318天")], ["HJ 663-2026文本未见，暂按2013版方法。"])],
        standards=[StandardNote("GB 3095-2026", "环境空气质量标准", "2026-03-01起", True, "已核对标准原文", "过渡阶段至2030-12-31"),
                   StandardNote("HJ 663-2026", "环境空气质量评价技术规范", "2026-03-01起", False, "未核实（有争议或未见文本）", "")],
        measured=[MeasuredRow("空气质量优良天数", "天", [("2024年", "361"), ("2025年", "362"), ("2026年至今", "318")], False, "", True)],
        scope_notes=[("农村生活污水治理（管控）率", "基线与目标口径不同：基线不含管控。")],
    )  # fmt: skip


@pytest.fixture
def report() -> EvaluationReport:
    return sample()
