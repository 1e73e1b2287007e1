"""Indicators of mountains, mines, species and protected areas, over the registers as they stand."""

from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Result, indicator, share

PLAN_FROM = 2026  # first year of the plan period in which restored area counts


@indicator("mountain.mine_restored", "矿山生态修复面积", unit="ha", better="up", register="mountain.minerestoration", accumulates=True,
           bounds=(0, None), serves=["SYS-160"], standard="规划口径：2026 年以来验收合格的修复面积",
           formula="Σ2026 年 1 月 1 日以来验收的修复面积", missing="没有登记修复项目时无值；登记了而未验收的计 0")  # fmt: skip
def mine_restored(data: Inputs) -> Result:
    if not data.rows:
        return Result(None, "没有登记矿山生态修复项目", sufficient=False)
    done = [
        r for r in data.rows
        if r["state"] == "已验收" and r["accepted_on"] and r["accepted_on"].year >= PLAN_FROM and r["accepted_on"] <= data.end
    ]  # fmt: skip
    inputs = [("已验收项目", f"{len(done)} 个"), ("在册项目", f"{len(data.rows)} 个")]
    return Result(sum((r["area_ha"] for r in done), Decimal(0)), inputs=inputs)


@indicator("mountain.mine_restored_share", "矿山损毁土地修复率", unit="%", better="up", register="mountain.mine", bounds=(0, 100),
           serves=["SYS-160"], standard="矿山生态台账口径：按面积计", formula="100×Σ累计已修复面积÷Σ损毁土地面积",
           missing="未填损毁面积的矿山不参与，并列出个数；都未填则无值")  # fmt: skip
def mine_restored_share(data: Inputs) -> Result:
    known = [r for r in data.rows if r["disturbed_ha"]]
    disturbed = sum((r["disturbed_ha"] for r in known), Decimal(0))
    restored = sum((r["restored_ha"] or 0 for r in known), Decimal(0))
    inputs = [
        ("损毁面积", f"{disturbed} ha"),
        ("已修复", f"{restored} ha"),
        ("未填损毁面积", f"{len(data.rows) - len(known)} 座"),
    ]
    if not disturbed:
        return Result(None, "在册矿山都没有损毁土地面积", sufficient=False, inputs=inputs)
    return Result(100 * restored / disturbed, inputs=inputs)  # fmt: skip


@indicator("mountain.green_mine_rate", "大中型生产矿山绿色矿山建成率", unit="%", better="up", register="mountain.mine", bounds=(0, 100),
           serves=["SYS-159"], standard="自然资规〔2024〕1号", formula="100×列入市级或国家级名录的大中型生产矿山÷大中型生产矿山；停产、关闭、小型不计",
           missing="没有大中型生产矿山时无值")  # fmt: skip
def green_mine_rate(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["status"] == "生产" and r["scale"] in ("大型", "中型")]
    return share(
        counted, lambda r: r["green"] in ("市级", "国家级"), of="大中型生产矿山", hit="列入绿色矿山名录"
    )


@indicator("mountain.protected_species_rate", "国家重点保护物种种数保护率", unit="%", better="up", register="mountain.species", bounds=(0, 100),
           serves=["SYS-161"], standard="规划口径；保护率的定义未核实", formula="100×有保护措施的物种数÷县内确认的国家重点保护物种数",
           missing="没有县内确认的国家重点保护物种时无值")  # fmt: skip
def protected_species_rate(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["local_status"] == "确认" and r["protect_level"].startswith("国家")]
    return share(counted, lambda r: bool(r["measures"]), of="县内确认的国家重点保护物种", hit="有保护措施")


@indicator("mountain.species_graded", "物种保护级别登记率", unit="%", better="up", register="mountain.species", bounds=(0, 100),
           serves=["SYS-161"], standard="国家重点保护野生动植物名录（2021 年）", formula="100×已填保护级别的物种数÷在册物种数（不受保护的填“无”）",
           missing="名录为空时无值")  # fmt: skip
def species_graded(data: Inputs) -> Result:
    return share(data.rows, lambda r: bool(r["protect_level"]), of="在册物种", hit="已填保护级别")


@indicator("mountain.boundary_done", "自然保护地勘界立标完成率", unit="%", better="up", register="mountain.protectedarea", bounds=(0, 100),
           serves=["SYS-149"], standard="规划口径：自然保护地勘界立标", formula="100×已立标的自然保护地÷在册自然保护地；立标以完好的界桩不少于应设数为准", missing="没有在册自然保护地时无值")  # fmt: skip
def boundary_done(data: Inputs) -> Result:
    return share(data.rows, lambda r: r["state"] == "已立标", of="在册自然保护地", hit="已立标")


@indicator("mountain.markers_intact", "界桩界碑完好率", unit="%", better="up", register="mountain.marker", bounds=(0, 100),
           serves=["SYS-149"], standard="界桩界碑台账口径：按个数计", formula="100×状态完好的界桩界碑÷在册界桩界碑", missing="没有在册界桩时无值")  # fmt: skip
def markers_intact(data: Inputs) -> Result:
    return share(data.rows, lambda r: r["state"] == "完好", of="在册界桩界碑", hit="完好")
