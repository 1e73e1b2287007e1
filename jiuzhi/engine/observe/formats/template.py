"""The plain template a county fills in: a row per value (long), or a column per property (wide), as CSV or Excel."""

from __future__ import annotations

from pathlib import Path

from ..properties import PROPERTIES
from .declare import Format
from .reader import template_columns
from .times import Free

LONG_COLUMNS = ["站点编码", "时间", "项目", "数值", "单位", "类型", "检出限", "备注"]
WIDE_AIR = ["PM2.5(µg/m³)", "PM10(µg/m³)", "SO2(µg/m³)", "NO2(µg/m³)", "CO(mg/m³)", "O3(µg/m³)"]
WIDE_WATER = ["水温(℃)", "pH值", "溶解氧(mg/L)", "高锰酸盐指数(mg/L)", "化学需氧量(mg/L)", "五日生化需氧量(mg/L)",
              "氨氮(mg/L)", "总磷(mg/L)", "总氮(mg/L)"]  # fmt: skip

LONG = Format(
    "template", "通用模板（一行一个数值）", "any",
    station=("站点编码",), time=Free(("时间",)), columns=(), kind="long",
)  # fmt: skip
WIDE = Format(
    "template_wide", "通用模板（一列一个项目）", "any",
    station=("站点编码",), time=Free(("时间",)), columns=template_columns, kind="wide",
)  # fmt: skip

# What people call the template's columns in files of their own.
_USUAL = {
    "站点编码": "站点 站点名称 点位 点位名称 点位编码 断面 断面名称 断面编码 监测点位 监测断面 监测站点 测站 测点 站名",
    "时间": "监测时间 采样时间 数据时间 日期 监测日期 采样日期",
    "项目": "监测项目 监测因子 监测指标 因子 指标 污染物",
    "数值": "监测值 检测值 检测结果 监测结果 测定值 结果 浓度 值",
    "单位": "计量单位 浓度单位",
    "检出限": "方法检出限",
}
_CANONICAL = {word: name for name, words in _USUAL.items() for word in words.split()}


def usual(header: list[str]) -> list[str]:
    """The heading row with usual words turned into the template's; the first of two that mean the same counts."""
    found: list[str] = []
    for name in header:
        canonical = _CANONICAL.get(name, name)
        found.append(name if canonical in found or canonical in header else canonical)
    return found


_NOTES = [
    ("站点编码", "平台登记的点位编码或名称"),
    ("时间", "北京时间。小时值填该小时的起始时刻，如 2026-10-01 08:00；日值只填日期；月值填 2026-10"),
    ("项目", "名称或编码，见“项目”表"),
    ("数值", "未检出写 0.002L 或 <0.002；没有数据留空，不要填 0"),
    ("单位", "留空即按“项目”表的单位；可写 µg/m³、mg/m³、mg/L 等，自动换算"),
    ("类型", "小时、日、4小时、样品、月；留空时按时间的精细程度判断"),
    ("检出限", "数值写“ND”或“未检出”时必填，单位与数值相同"),
    ("备注", "任意文字，不入库"),
]


def write_template(path: Path) -> None:
    """Write an empty workbook: 观测 (long form), 观测_宽表, 项目 and 说明. Cells for values are text, so 0.10 stays 0.10."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        head, text = (
            book.add_format({"bold": True, "bg_color": "#E8F1EC"}),
            book.add_format({"num_format": "@"}),
        )
        for title, columns in (
            ("观测", LONG_COLUMNS),
            ("观测_宽表_空气", ["站点编码", "时间", *WIDE_AIR]),
            ("观测_宽表_水", ["站点编码", "时间", *WIDE_WATER]),
        ):
            sheet = book.add_worksheet(title)
            sheet.set_column(0, len(columns) - 1, 16, text)
            sheet.write_row(0, 0, columns, head)
            sheet.freeze_panes(1, 0)
        sheet = book.add_worksheet("项目")
        sheet.write_row(0, 0, ["编码", "名称", "单位", "合理范围"], head)
        for line, item in enumerate(PROPERTIES.values(), 1):
            sheet.write_row(
                line, 0, [item.code, item.title, item.unit or "无量纲", f"{item.low}–{item.high}"]
            )
        sheet = book.add_worksheet("说明")
        sheet.set_column(1, 1, 80)
        for line, note in enumerate(_NOTES):
            sheet.write_row(line, 0, note)


def csv_template() -> str:
    """The heading row of the long template, with the mark that lets Excel read UTF-8."""
    return "\ufeff" + ",".join(LONG_COLUMNS) + "\r\n"
