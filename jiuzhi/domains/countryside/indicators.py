"""Indicators of the countryside, over the registers as they stand. What nobody filled in counts as not done."""

from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Other, Result, Row, indicator, share

UNKNOWN = "没有登记村档时无值；未填的按未完成计；每村取最近一年的档案"


def _newest(data: Inputs) -> list[Row]:
    """The newest profile of each village up to the year: one not yet renewed still says how the village stands.

    Villages of one name in two townships are two; a row that names no village stands for itself.
    """
    latest: dict[object, Row] = {}
    for n, row in enumerate(sorted(data.rows, key=lambda r: r["year"] or 0)):
        if (row["year"] or 0) <= data.end.year:
            latest[(row["org"], row["village"]) if row["village"] else n] = row
    return list(latest.values())


@indicator("countryside.sewage_rate", "农村生活污水治理（管控）率", unit="%", better="up", register="countryside.villageprofile", bounds=(0, 100),
           serves=["SYS-181"], standard="规划口径；市级判定标准未核实", formula="100×判定为完成治理或完成管控的村÷全部登记的行政村和涉农社区；两部分分别列出", missing=UNKNOWN)  # fmt: skip
def sewage_rate(data: Inputs) -> Result:
    rows = _newest(data)
    found = share(rows, lambda r: r["judgement"].startswith("完成"), of="登记的村", hit="完成治理或管控")
    if rows:
        for kind in ("完成治理", "完成管控"):
            done = sum(r["judgement"] == kind for r in rows)
            found.others.append(Other(kind, Decimal(100 * done) / len(rows), ""))
    return found


@indicator("countryside.zero_villages", "累计建成“零直排村”", unit="个", better="up", register="countryside.villageprofile", bounds=(0, None),
           serves=["SYS-182"], standard="规划口径：验收且复核未被否定", formula="最近一年档案状态为已验收的村数", missing="没有登记村档时无值")  # fmt: skip
def zero_villages(data: Inputs) -> Result:
    rows = _newest(data)
    if not rows:
        return Result(None, "没有登记村档", sufficient=False)
    built = sum(r["state"] == "已验收" and r["accepted_on"] <= data.end for r in rows)
    going = sum(r["state"] in ("创建中", "待验收") for r in rows)
    failed = sum(r["state"] == "复核不合格" for r in rows)
    return Result(Decimal(built), inputs=[("创建中", f"{going} 个"), ("复核不合格", f"{failed} 个")])


@indicator("countryside.toilet_rate", "农村卫生厕所普及率", unit="%", better="up", register="countryside.villageprofile", bounds=(0, 100),
           serves=["SYS-183"], standard="农村卫生厕所统计口径：公厕不计", formula="100×有卫生厕所户数÷常住户数，各村之和；无害化另列", missing=UNKNOWN)  # fmt: skip
def toilet_rate(data: Inputs) -> Result:
    rows = _newest(data)
    all_ = sum(r["households"] for r in rows)
    if not all_:
        return Result(None, "没有登记常住户数", sufficient=False)
    have, harmless = (sum(r[n] or 0 for r in rows) for n in ("toilets", "harmless"))
    blank = sum(r["toilets"] is None for r in rows)
    inputs = [("有卫生厕所", f"{have} 户"), ("常住户数", f"{all_} 户"), ("未填的村", f"{blank} 个")]
    others = [Other("无害化卫生厕所普及率", Decimal(100 * harmless) / all_, "")]
    return Result(Decimal(100 * have) / all_, inputs=inputs, others=others)


@indicator("countryside.waste_sorting", "农村生活垃圾分类行政村覆盖率", unit="%", better="up", register="countryside.villageprofile", bounds=(0, 100),
           serves=["SYS-184"], standard="规划口径", formula="100×有分类收集点、收运单位、处理去向且本年考评过的行政村÷登记的行政村", missing=UNKNOWN)  # fmt: skip
def waste_sorting(data: Inputs) -> Result:
    counted = [r for r in _newest(data) if r["kind"] == "行政村"]
    return share(counted, lambda r: _sorts(r, data), of="登记的行政村", hit="分类覆盖")


def _sorts(row: Row, data: Inputs) -> bool:
    scored = row["sort_scored_on"]
    there = row["sort_points"] and row["sort_collector"] and row["sort_destination"]
    return bool(there and scored and data.start <= scored <= data.end)


@indicator("countryside.manure_rate", "畜禽粪污综合利用率", unit="%", better="up", register="countryside.farm", bounds=(0, 100), serves=["SYS-188"],
           standard="规划口径；猪当量系数未核实", formula="100×Σ（猪当量×利用量÷产生量）÷Σ猪当量；达标排放不算利用",
           missing="没有本年或上年核算的养殖场按利用为 0 计入；无折算系数的畜种不计，另列")  # fmt: skip
def manure_rate(data: Inputs) -> Result:
    kept = [r for r in data.rows if r["state"] != "关停"]
    known = [r for r in kept if r["pigs"]]
    all_ = sum((r["pigs"] for r in known), Decimal(0))
    year = data.end.year
    fresh = [r for r in known if r["manure_t"] and year - 1 <= r["manure_year"] <= year]
    inputs = [
        ("猪当量", f"{all_:f} 头"),
        ("有核算的养殖场", f"{len(fresh)} 家"),
        ("没有核算、按 0 计的养殖场", f"{len(known) - len(fresh)} 家"),
        ("存栏为零或无系数、不计的养殖场", f"{len(kept) - len(known)} 家"),
    ]
    if not all_:
        return Result(None, "没有可折算的在养畜禽", sufficient=False, inputs=inputs)
    used = sum((r["pigs"] * Decimal(r["used_t"] or 0) / Decimal(r["manure_t"]) for r in fresh), Decimal(0))
    return Result(100 * used / all_, inputs=inputs)


@indicator("countryside.ban_zone_farms", "禁养区内在养养殖场", unit="家", better="down", register="countryside.farm", bounds=(0, None),
           serves=["SYS-187"], standard="禁养区现行版本", formula="在禁养区内且未关停的养殖场数", missing="没有登记养殖场时无值；未核对的不计，另列")  # fmt: skip
def ban_zone_farms(data: Inputs) -> Result:
    kept = [r for r in data.rows if r["state"] != "关停"]
    if not kept:
        return Result(None, "没有登记在养养殖场", sufficient=False)
    unknown = sum(r["ban_zone"] is None for r in kept)
    return Result(Decimal(sum(bool(r["ban_zone"]) for r in kept)), inputs=[("未核对禁养区", f"{unknown} 家")])
