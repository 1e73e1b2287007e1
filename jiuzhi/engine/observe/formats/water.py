"""Surface-water files: the national automatic stations and a city's river bulletin."""

from __future__ import annotations

from .declare import MISSING, Column, Format
from .times import MonthDay, MonthOfName

_COLUMNS = [
    ("temp_C", "water_temperature", "℃"), ("pH", "pH", ""), ("DO_mgL", "DO", "mg/L"), ("cond_uScm", "conductivity", "µS/cm"),
    ("turb_NTU", "turbidity", "NTU"), ("CODMn_mgL", "CODMn", "mg/L"), ("NH3N_mgL", "NH3N", "mg/L"), ("TP_mgL", "TP", "mg/L"),
    ("TN_mgL", "TN", "mg/L"), ("chla_mgL", "chla", "mg/L"), ("algae_cellsL", "algae", "cells/L"),
]  # fmt: skip
_RUNNING = ("status", frozenset({"正常"}))  # 维护, 停站, 不具备运行条件: shown, not evaluated
CLASSES = {
    text: str(number)
    for number, texts in enumerate(("Ⅰ I", "Ⅱ II", "Ⅲ III", "Ⅳ IV", "Ⅴ V", "劣Ⅴ 劣V"), 1)
    for text in texts.split()
}

# The daily file names all that the 4-hourly one names and more, so it is looked for first.
NATIONAL_DAILY = Format(
    "national_auto_daily", "国家水质自动站逐日（file_date, 原始值）", "water",
    station=("province", "section"),
    time=MonthDay("time_text", reference="file_date"),
    columns=tuple(Column(source, code, unit, "4h", prefer=f"{source}_raw") for source, code, unit in _COLUMNS),
    missing=MISSING | {"*", "--"},
    status=_RUNNING,
)  # fmt: skip

NATIONAL_4H = Format(
    "national_auto_4h", "国家水质自动站四小时（time_text 无年份）", "water",
    station=("province", "section"),
    time=MonthDay("time_text"),
    columns=tuple(Column(source, code, unit, "4h") for source, code, unit in _COLUMNS),
    missing=MISSING | {"*", "--"},
    status=_RUNNING,
)  # fmt: skip

RIVER_BULLETIN = Format(
    "river_bulletin", "河流断面月报（class_this_month）", "water",
    station=("river", "section"),
    time=MonthOfName(),
    columns=(Column("class_this_month", "water_class", "", "month", codes=CLASSES),),
    missing=MISSING | {"/"},
)  # fmt: skip

SECTION_BULLETIN = Format(
    "section_bulletin", "断面类别公示（class_result）", "water",
    station=("river", "section"),
    time=MonthOfName(),
    columns=(Column("class_result", "water_class", "", "month", codes=CLASSES),),
    missing=MISSING | {"/", "——"},
)  # fmt: skip
