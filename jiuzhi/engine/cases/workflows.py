"""Workflows every domain shares. Terms without a law behind them are the product's own (grade own) and the county's to change."""

from .declare import LEADER, OFFICE, UNIT, days, hours, stage, step, workdays, workflow

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

EXCEEDANCE = workflow(
    "exceedance", "超标处置", basis="断面、排口超标：当日通报，三日排查，十日报原因（本县可调）",
    stages=[
        stage("通报", within=days(1), owes="office"),
        stage("排查", within=days(3)),
        stage("报原因", within=days(10)),
        stage("整治", within=days(60)),
        stage("核实达标", within=days(70), owes="office"),
        stage("办结", closed=True),
        stage("数据有误", closed=True, outcome="void"),
    ],
    steps=[
        step("通报", "通报", "排查", by=OFFICE, needs="unit"),
        step("判为数据有误", "通报 排查", "数据有误", by=OFFICE, needs="words file"),
        step("报排查结果", "排查", "报原因", by=UNIT, needs="words", work=True),
        step("报原因和措施", "报原因", "整治", by=UNIT, needs="words", work=True),
        step("报整治完成", "整治", "核实达标", by=UNIT, needs="words file", work=True),
        step("核实达标", "核实达标", "办结", by=OFFICE, needs="words", someone_else=True),
        step("仍未达标", "核实达标", "整治", by=OFFICE, needs="words", back=True),
    ],
    revisit=(3, 6, 12), serves=["SYS-045", "SYS-055", "SYS-075"],
)  # fmt: skip

PATROL_FINDING = workflow(
    "patrol_finding", "巡查发现问题", basis="河湖“清四乱”、林长巡查、绿盾、扬尘、焚烧：七日认定，办结后六、十二个月回头看（本县可调）",
    kinds=("乱占", "乱采", "乱堆", "乱建", "毁林", "盗猎", "绿盾", "扬尘", "焚烧", "其他"),
    stages=[
        stage("认定", within=days(7), owes="office"),
        stage("整改", within=days(30)),
        stage("乡镇验收", within=days(5)),
        stage("县级复核", within=days(10), owes="office"),
        stage("销号", closed=True),
        stage("不是问题", closed=True, outcome="void"),
    ],
    steps=[
        step("认定交办", "认定", "整改", by=OFFICE, needs="unit place"),
        step("判为不是问题", "认定", "不是问题", by=OFFICE, needs="words"),
        step("报整改完成", "整改", "乡镇验收", by=UNIT, needs="words after", work=True),
        step("乡镇验收通过", "乡镇验收", "县级复核", by=UNIT, someone_else=True),
        step("乡镇退回", "乡镇验收", "整改", by=UNIT, needs="words", back=True),
        step("复核销号", "县级复核", "销号", by=OFFICE, needs="words", someone_else=True),
        step("复核退回", "县级复核", "整改", by=OFFICE, needs="words", back=True),
    ],
    revisit=(6, 12), serves=["SYS-048", "SYS-051", "SYS-171"],
)  # fmt: skip

COMPLAINT = workflow(
    "complaint", "群众投诉", basis="信访规定：十五日内决定受理，六十日内办结（未核实）", public=True,
    kinds=("大气", "水", "噪声", "固体废物", "土壤", "辐射", "生态破坏", "其他"), within=days(60, grade="M"),
    stages=[
        stage("受理", within=days(15, grade="M"), owes="office"),
        stage("办理", within=days(45, grade="M")),
        stage("答复", within=workdays(5), owes="office"),
        stage("评价", within=days(15)),
        stage("办结", closed=True),
        stage("不予受理", closed=True, outcome="void"),
    ],
    steps=[
        step("受理交办", "受理", "办理", by=OFFICE, needs="unit"),
        step("不予受理", "受理", "不予受理", by=OFFICE, needs="answer"),
        step("报办理结果", "办理", "答复", by=UNIT, needs="words", work=True),
        step("答复反映人", "答复", "评价", by=OFFICE, needs="answer"),
        step("退回重办", "答复", "办理", by=OFFICE, needs="words", back=True),
        step("反映人满意或逾期未评", "评价", "办结", by=OFFICE),
        step("反映人不满意", "评价", "办理", by=OFFICE, needs="words", back=True),
    ],
    serves=["SYS-269"],
)  # fmt: skip

HIDDEN_DANGER = workflow(
    "hidden_danger", "隐患整改", basis="突发环境事件隐患排查治理：分级、限期、复核、销号、回头看",
    stages=[
        stage("定级", within=workdays(3), owes="office"),
        stage("治理", within=days(30)),
        stage("复核", within=workdays(10), owes="office"),
        stage("销号", closed=True),
        stage("不构成隐患", closed=True, outcome="void"),
    ],
    steps=[
        step("定级交办", "定级", "治理", by=OFFICE, needs="unit words"),
        step("不构成隐患", "定级", "不构成隐患", by=OFFICE, needs="words"),
        step("报治理完成", "治理", "复核", by=UNIT, needs="words after", work=True),
        step("复核通过", "复核", "销号", by=OFFICE, needs="words", someone_else=True),
        step("复核不通过", "复核", "治理", by=OFFICE, needs="words", back=True),
    ],
    revisit=(3, 6, 12), serves=["SYS-221", "SYS-115"],
)  # fmt: skip

COMPENSATION = workflow(
    "damage_compensation", "生态环境损害赔偿", basis="与行政处罚并行，不替代；期限未核实，本县可调",
    stages=[
        stage("线索核查", within=days(30, grade="M"), owes="office"),
        stage("鉴定评估", within=days(90), owes="office"),
        stage("磋商", within=days(90), owes="office"),
        stage("诉讼", owes="office"),
        stage("修复履行", within=days(365)),
        stage("效果评估", within=days(60), owes="office"),
        stage("结案", closed=True),
        stage("不启动", closed=True, outcome="void"),
    ],
    steps=[
        step("启动索赔", "线索核查", "鉴定评估", by=OFFICE, needs="words file"),
        step("不启动索赔", "线索核查", "不启动", by=LEADER, needs="words"),
        step("出具评估意见", "鉴定评估", "磋商", by=OFFICE, needs="file"),
        step("磋商达成", "磋商", "修复履行", by=OFFICE, needs="words file"),
        step("磋商未成起诉", "磋商", "诉讼", by=LEADER, needs="words"),
        step("判决生效", "诉讼", "修复履行", by=OFFICE, needs="file"),
        step("报修复完成", "修复履行", "效果评估", by=UNIT, needs="words after", work=True),
        step("评估合格结案", "效果评估", "结案", by=OFFICE, needs="file", someone_else=True),
        step("评估不合格", "效果评估", "修复履行", by=OFFICE, needs="words", back=True),
    ],
    revisit=(12,), serves=["SYS-213"],
)  # fmt: skip

CLUE_TRANSFER = workflow(
    "clue_transfer", "执法线索移送", basis="行刑衔接：三日内决定，二十四小时内移送（未核实）；同时抄送检察机关", hands_over=True, pausable=False,
    stages=[
        stage("决定移送", within=days(3, grade="M"), owes="office"),
        stage("移送", within=hours(24, grade="M"), owes="office"),
        stage("等待回执", within=days(3, grade="M"), owes="office"),
        stage("等待立案结果", within=days(30, grade="M"), owes="office"),
        stage("已立案", owes="office"),
        stage("有处理结果", closed=True),
        stage("不移送", closed=True, outcome="void"),
    ],
    steps=[
        step("决定移送", "决定移送", "移送", by=LEADER, needs="words"),
        step("决定不移送", "决定移送", "不移送", by=LEADER, needs="words"),
        step("送出案卷", "移送", "等待回执", by=OFFICE, needs="counterpart file"),
        step("收到回执", "等待回执", "等待立案结果", by=OFFICE, needs="file"),
        step("公安立案", "等待立案结果", "已立案", by=OFFICE, needs="words"),
        step("不立案退回", "等待立案结果", "有处理结果", by=OFFICE, needs="words file"),
        step("收到处理结果", "已立案", "有处理结果", by=OFFICE, needs="words file"),
    ],
    serves=["SYS-024"],
)  # fmt: skip

NEIGHBOUR = workflow(
    "neighbour", "移交毗邻区县", basis="跨界联防联控协议：发函、签收、处理、反馈（期限本县可调）", hands_over=True,
    stages=[
        stage("起草", within=workdays(1), owes="office"),
        stage("等待签收", within=workdays(3), owes="office"),
        stage("等待反馈", within=workdays(15), owes="office"),
        stage("核实", within=workdays(5), owes="office"),
        stage("办结", closed=True),
        stage("撤销", closed=True, outcome="void"),
    ],
    steps=[
        step("发出移交函", "起草", "等待签收", by=OFFICE, needs="counterpart words file"),
        step("撤销", "起草", "撤销", by=OFFICE, needs="words"),
        step("对方签收", "等待签收", "等待反馈", by=OFFICE),
        step("收到反馈", "等待反馈", "核实", by=OFFICE, needs="words"),
        step("核实办结", "核实", "办结", by=OFFICE, needs="words"),
        step("再次去函", "核实", "等待反馈", by=OFFICE, needs="words", back=True),
    ],
    serves=["SYS-264"],
)  # fmt: skip

RENEWAL = workflow(
    "renewal", "延续换证", basis="届满前申请延续；审查期限按各证规定",
    stages=[
        stage("通知申请", within=workdays(5), owes="office"),
        stage("等待申请", within=days(30)),
        stage("审查", within=workdays(20), owes="office"),
        stage("已延续", closed=True),
        stage("不再延续", closed=True, outcome="void"),
    ],
    steps=[
        step("已通知", "通知申请", "等待申请", by=OFFICE, needs="words"),
        step("收到申请", "等待申请", "审查", by=UNIT, needs="file", work=True),
        step("准予延续", "审查", "已延续", by=OFFICE, needs="words", someone_else=True),
        step("补正", "审查", "等待申请", by=OFFICE, needs="words", back=True),
        step("不再延续", "通知申请 等待申请 审查", "不再延续", by=OFFICE, needs="words"),
        step("有效期已顺延", "通知申请 等待申请 审查", "已延续", by=()),
    ],
    renewed_by="有效期已顺延",
    serves=["SYS-018"],
)  # fmt: skip
