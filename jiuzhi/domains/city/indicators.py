"""Indicators of the city, over the registers as they stand."""

from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Other, Result, indicator, share

CLEANED_WITHIN = 31  # [d] at least monthly (DB50/859-2018)


@indicator("city.noise_zone", "功能区声环境质量达标率", unit="%", better="up", register="city.noisetest", bounds=(0, 100), serves=["SYS-105"],
           standard="GB 3096-2008；4a、4b 类限值未核实", formula="100×达标的昼、夜点次÷有效的昼、夜点次，本年各期之和；昼间、夜间分别列出",
           missing="本年没有监测时无值；只测昼间或夜间的按测到的计")  # fmt: skip
def noise_zone(data: Inputs) -> Result:
    year = [r for r in data.rows if r["period"].startswith(data.period)]
    day = [r["day_met"] for r in year if r["day_met"] is not None]
    night = [r["night_met"] for r in year if r["night_met"] is not None]
    if not day + night:
        return Result(None, "本年没有功能区声环境监测", sufficient=False)
    parts = [
        Other(f"{said}达标率", Decimal(100 * sum(met)) / len(met), "GB 3096-2008", f"{len(met)} 点次")
        for said, met in (("昼间", day), ("夜间", night))
        if met
    ]
    all_ = day + night
    inputs = [("达标", f"{sum(all_)} 点次"), ("有效", f"{len(all_)} 点次")]
    return Result(Decimal(100 * sum(all_)) / len(all_), edition="GB 3096-2008", inputs=inputs, others=parts)


@indicator("city.purifier", "重点餐饮单位高效油烟净化设施安装率", unit="%", better="up", register="city.catering", bounds=(0, 100), serves=["SYS-104"],
           standard="规划口径：重点餐饮服务经营场所全部安装", formula="100×装有高效净化设施且现场核验过的重点单位÷在营的重点单位", missing="没有登记重点单位时无值；未核验视为未装")  # fmt: skip
def purifier(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["key_reasons"] and r["state"] != "歇业"]
    return share(
        counted,
        lambda r: bool(r["efficient"] and r["verified_on"] and r["verified_on"] <= data.end),
        of="在营的重点单位",
        hit="高效且已核验",
    )


@indicator("city.clean_ontime", "油烟净化设施按期清洗率", unit="%", better="up", register="city.catering", bounds=(0, 100), serves=["SYS-104"],
           standard="DB50/859-2018：至少每月清洗一次", formula="100×31 天内清洗过的单位÷装有净化设施的在营单位", missing="没有装净化设施的单位时无值；未填清洗日期视为未清洗")  # fmt: skip
def clean_ontime(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["purifier"] and r["state"] != "歇业"]
    return share(
        counted,
        lambda r: bool(r["cleaned_on"]) and (data.end - r["cleaned_on"]).days <= CLEANED_WITHIN,
        of="装有净化设施的单位",
        hit="31 天内清洗",
    )
