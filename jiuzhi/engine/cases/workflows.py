"""Workflows every domain shares. Terms without a law behind them are the product's own (grade own) and the county's to change."""

from .declare import LEADER, OFFICE, UNIT, days, stage, step, workdays, workflow

RECTIFICATION = workflow(
    "rectification", "问题整改", basis="督察问题整改：清单化推进、销号式落实",
    stages=[
        stage("交办", within=workdays(1), owes="office"),
        stage("制定方案", within=days(15)),
        stage("整改", within=days(60)),
        stage("验收", within=workdays(10), owes="office"),
        stage("公示", within=workdays(5), owes="office"),
        stage("销号", closed=True),
        stage("不属实", closed=True, outcome="void"),
    ],
    steps=[
        step("交办", "交办", "制定方案", by=OFFICE, needs="unit"),
        step("不予立案", "交办", "不属实", by=LEADER, needs="words"),
        step("报方案", "制定方案", "整改", by=UNIT, needs="words", work=True),
        step("自查报验", "整改", "验收", by=UNIT, needs="words after", work=True),
        step("验收通过", "验收", "公示", by=OFFICE, needs="words", someone_else=True),
        step("退回整改", "验收", "整改", by=OFFICE, needs="words", back=True),
        step("销号", "公示", "销号", by=LEADER, someone_else=True),
        step("公示有异议", "公示", "整改", by=OFFICE, needs="words", back=True),
    ],
    revisit=(3, 6, 12), serves=["SYS-005", "SYS-006", "SYS-007", "SYS-008"],
)  # fmt: skip
