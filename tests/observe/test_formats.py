"""What becomes of one cell, one row, one heading."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhi.engine.observe import formats, properties
from jiuzhi.engine.observe.formats import FileProblem, Refusal, Row, times, values
from jiuzhi.engine.observe.formats.times import Context

HEAD = "站点编码,时间,项目,数值,单位,类型,检出限,备注\n"


def long(file, *lines: str) -> list[Row | Refusal]:
    return list(formats.read(file(HEAD + "\n".join(lines) + "\n")))


def one(file, line: str) -> Row:
    (row,) = long(file, line)
    assert isinstance(row, Row), row
    return row


def refused(file, line: str) -> Refusal:
    (item,) = long(file, line)
    assert isinstance(item, Refusal), item
    return item


@pytest.mark.parametrize(
    ("text", "value", "qualifier"),
    [
        ("12.3", "12.3", ""), ("１２．３ ", "12.3", ""), (" 7", "7", ""), ("1e2", "100", ""), (".5", "0.5", ""),
        ("0.002L", "0.002", "<"), ("0.002l", "0.002", "<"), ("<0.002", "0.002", "<"), ("＜0.002", "0.002", "<"),
        ("ND(0.002)", "0.002", "<"), ("未检出 0.002", "0.002", "<"), ("0.002ND", "0.002", "<"),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text, value, qualifier):
    assert values.number(text) == (Decimal(value), qualifier)


def test_not_detected_takes_its_limit_from_the_column(file):
    row = one(file, "W1,2026-10-01 08:00,砷,ND,mg/L,,0.0003,")
    assert row.values[0][2:6] == (Decimal("0.0003"), "mg/L", "<", "ND")
    assert "检出限" in refused(file, "W1,2026-10-01 08:00,砷,ND,mg/L,,,").why


@pytest.mark.parametrize("text", ["1,234", "12..3", "好", "1e999", "inf", "nan?", "١٢", "0x10", "1 2", "--5"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(values.Refused):
        values.number(text)


@given(st.decimals(min_value=0, max_value=1, places=6))
def test_units_convert_exactly(value):
    co = properties.PROPERTIES["CO"]
    factor = properties.factor(co, "µg/m³")
    assert factor is not None
    assert values.scaled(values.Number(value * 1000, ""), co, factor) == value


@pytest.mark.parametrize(
    ("line", "code", "value", "kind"),
    [
        ("A1,2026-10-01 08:00,CO,300,ug/m3,,,", "CO", "0.300", "hour"),
        ("A1,2026-10-01,PM2.5,0.035,mg/m³,,,", "PM2.5", "35.000", "day"),
        ("L1,2026-10-01 09:00,叶绿素a,0.012,mg/L,,,", "chla", "12.000", "sample"),
        ("L1,2026-10-01 09:00,透明度,150,cm,,,", "SD", "1.50", "sample"),
        ("W1,2026-10,氨氮,0.2,,月,,", "NH3N", "0.2", "month"),
        ("W1,2026-10-01 08:00,pH,7.9,无量纲,4小时,,", "pH", "7.9", "4h"),
    ],
)
def test_long_template(file, line, code, value, kind):
    (found,) = one(file, line).values
    assert (found.property, found.kind, found.value) == (code, kind, Decimal(value))


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("A1,2026-10-01 08:00,PM2.5,-3,,,,", "数值", "不能为负"),
        ("A1,2026-10-01 08:00,CO,300,,,,", "数值", "单位差了 1000 倍"),
        ("A1,2026-10-01 08:00,PM2.5,abc,,,,", "数值", "不是数字"),
        ("A1,2026-10-01 08:00,PM2.5,12,kg,,,", "单位", "应为 µg/m³"),
        ("A1,2026-10-01 08:00,天晴,12,,,,", "项目", "不认得"),
        ("A1,1926-10-01 08:00,PM2.5,12,,,,", "时间", "早于"),
        ("A1,2026-02-30 08:00,PM2.5,12,,,,", "时间", "不是日历上的时刻"),
        ("A1,昨天,PM2.5,12,,,,", "时间", "读不懂"),
        ("A1,,PM2.5,12,,,,", "时间", "没有时间"),
        (",2026-10-01 08:00,PM2.5,12,,,,", "站点编码", "没有点位"),
        ("A1,2026-10-01 08:00,PM2.5,12,,每周,,", "类型", "之一"),
        ("W1,2026-10-01 08:00,氨氮,0L,,,,", "数值", "大于 0"),
    ],
)
def test_refusals_name_row_column_value_and_reason(file, line, column, why):
    item = refused(file, line)
    assert (item.row, item.column) == (2, column)
    assert why in item.why


def test_future_days_are_refused_when_a_last_day_is_given(file):
    path = file(HEAD + "A1,2027-01-01 08:00,PM2.5,12,,,,\n")
    (item,) = formats.read(path, latest=date(2026, 12, 31))
    assert "晚于 2026-12-31" in item.why


def test_wide_template_with_units_in_the_heading(file):
    path = file("站点编码,时间,PM2.5（mg/m³）,ＣＯ,pH值,备注\nA1,2026-10-01 08:00,0.05,0.4,7.1,好\n")
    (row,) = formats.read(path)
    assert [(v.property, v.value, v.kind) for v in row.values] == [
        ("PM2.5", Decimal("50.00"), "hour"), ("CO", Decimal("0.4"), "hour"), ("pH", Decimal("7.1"), "sample"),
    ]  # fmt: skip
    assert row.time == datetime(2026, 10, 1, 0, tzinfo=UTC)
    with pytest.raises(FileProblem, match="单位"):
        list(formats.read(file("站点编码,时间,PM2.5(kg)\nA1,2026-10-01,1\n")))


@pytest.mark.parametrize(
    ("text", "moment", "given_as"),
    [
        ("2026-10-01 08:00", datetime(2026, 10, 1, 0, 0), "time"), ("2026/10/1", datetime(2026, 9, 30, 16, 0), "day"),
        ("2026年10月1日8时", datetime(2026, 10, 1, 0, 0), "time"), ("2026年10月1日", datetime(2026, 9, 30, 16), "day"),
        ("2026-10", datetime(2026, 9, 30, 16), "month"), ("20261001", datetime(2026, 9, 30, 16), "day"),
        ("2026100108", datetime(2026, 10, 1, 0), "time"), ("2026-10-01T08:30:15", datetime(2026, 10, 1, 0, 30, 15), "time"),
        ("2026-10-01 24:00", datetime(2026, 10, 1, 16), "time"), ("２０２６-１０-０１", datetime(2026, 9, 30, 16), "day"),
    ],
)  # fmt: skip
def test_times_as_people_write_them(text, moment, given_as):
    found = times.Free(("时间",)).read([text], Context("x", None, None))
    assert (found.time.replace(tzinfo=None), found.given) == (moment, given_as)


def test_year_of_a_month_and_day():
    rule, daily = times.MonthDay("t"), times.MonthDay("t", "file_date")
    assert rule.read(["04-01 12:00"], Context("auto_202104_x.csv", None, None)).day == date(2021, 4, 1)
    assert rule.read(["12-31 20:00"], Context("auto_202104_x.csv", None, None)).day == date(2020, 12, 31)
    assert rule.read(["12-31 20:00"], Context("auto_202104_x.csv", 2023, None)).day == date(2023, 12, 31)
    assert daily.read(["12-05 04:00", "2020-05-08"], Context("", None, None)).day == date(2019, 12, 5)
    assert rule.read(["02-29 00:00"], Context("", 2023, None)).day == date(2020, 2, 29)
    with pytest.raises(ValueError, match="--year"):
        rule.read(["04-01 12:00"], Context("data.csv", None, None))


def test_hours_of_the_national_platform_are_named_by_their_end(file):
    path = file(
        "City,Date,Hour,WatchPoint,AQI,PM2.5,PM10,CO,NO2,O3_1h,O3_8h,SO2\n重庆,20200402,00,上清寺,,72,102,0.9,21,101,116,5\n"
    )
    (row,) = formats.read(path)
    assert (row.station, row.name, row.day) == ("重庆/上清寺", "上清寺", date(2020, 4, 1))
    assert row.time == datetime(2020, 4, 1, 15, tzinfo=UTC)


def test_missing_columns_are_named(file):
    with pytest.raises(FileProblem, match="缺少列 SO2"):
        list(
            formats.read(
                file("City,Date,Hour,WatchPoint,AQI,PM2.5,PM10,CO,NO2,O3_1h,O3_8h\nx,20200402,00,y,,1,,,,,\n")
            )
        )
    with pytest.raises(FileProblem, match="不是认得的格式"):
        list(formats.read(file("a,b,c\n1,2,3\n")))
    with pytest.raises(FileProblem, match="没有名为“x”的格式"):
        list(formats.read(file("a,b,c\n1,2,3\n"), "x"))


def test_every_declared_column_has_a_property_and_a_unit():
    for fmt in formats.FORMATS.values():
        if isinstance(fmt.columns, tuple):
            for column in fmt.columns:
                assert column.factor > 0
                assert column.property in properties.PROPERTIES


def test_two_names_that_differ_by_a_full_width_blank_stay_two(file):
    head = "City,Date,Hour,WatchPoint,AQI,PM2.5,PM10,CO,NO2,O3_1h,O3_8h,SO2\n"
    path = file(head + "商丘,20200402,08,粮食局,,7,,,,,,\n商丘,20200402,08,粮食局　,,9,,,,,,\n")
    first, second = formats.read(path)
    assert first.station != second.station
    assert first.name == second.name


def test_headings_people_use_are_read_as_the_template(file):
    (row,) = formats.read(
        file("序号,断面名称,采样日期,溶解氧(mg/L),氨氮（mg/L）,备注\n1,水寨子,2026-10-09,8.8,0.02L,\n")
    )
    assert (row.station, row.day, [v.property for v in row.values]) == (
        "水寨子",
        date(2026, 10, 9),
        ["DO", "NH3N"],
    )
    (row,) = formats.read(
        file("点位名称,监测时间,监测因子,监测值,计量单位\nA1,2026-10-09 08:00,SO2,0.008,mg/m3\n")
    )
    assert (row.values[0].property, row.values[0].value) == ("SO2", 8)
    with pytest.raises(FileProblem, match="不是认得的格式"):
        list(formats.read(file("断面名称,采样日期,备注\nx,2026-10-09,y\n")))
