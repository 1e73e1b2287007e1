"""Indicators of ecological culture, over the registers as they stand."""

from jiuzhi.engine.indicators.registry import Inputs, Result, Row, indicator, share

IMMOVABLE = "不可移动文物"
WINDOW = 61  # [d] an open facility receives the public at least once in two months


def _announced(row: Row) -> bool:
    return row["state"] != "已撤销" and row["level"] not in ("", "尚未核定公布")


@indicator("culture.heritage_protected", "文物保护单位“两线”划定率", unit="%", better="up", register="culture.heritage", bounds=(0, 100),
           serves=["SYS-192", "SYS-193"], standard="文物保护台账口径：按处计", formula="100×已划定保护范围和建设控制地带的文物保护单位÷公布为区县级以上的不可移动文物",
           missing="没有已公布的不可移动文物时无值；未填划定日期视为未划定")  # fmt: skip
def heritage_protected(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["kind"] == IMMOVABLE and _announced(r)]
    return share(
        counted,
        lambda r: all(r[n] and r[n] <= data.end for n in ("area_set_on", "control_set_on")),
        of="文物保护单位",
        hit="两线均已划定",
    )


@indicator("culture.survey_done", "生态文化遗产测绘建档率", unit="%", better="up", register="culture.heritage", bounds=(0, 100), serves=["SYS-192"],
           standard="文物保护台账口径：按处计", formula="100×已测绘建档的遗产÷已登记的遗产；线索、已撤销的不计", missing="没有已登记的遗产时无值")  # fmt: skip
def survey_done(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["state"] not in ("线索", "已撤销")]
    return share(counted, lambda r: bool(r["surveyed_on"]), of="已登记的遗产", hit="已测绘建档")


@indicator("culture.open_days", "环保设施按期向公众开放率", unit="%", better="up", register="culture.venue", bounds=(0, 100), serves=["SYS-196"],
           standard="环保设施开放：每两个月至少一次", formula="100×近 61 天内开放过的环保设施÷开放、暂停的环保设施", missing="没有登记开放设施时无值；未填开放日期视为未开放")  # fmt: skip
def open_days(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["facility"] and r["state"] in ("开放", "暂停")]
    return share(
        counted,
        lambda r: bool(r["opened_on"]) and (data.end - r["opened_on"]).days <= WINDOW,
        of="环保开放设施",
        hit="按期开放",
    )
