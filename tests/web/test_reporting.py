"""Stations as they report: the list, the page that renews itself, revisions, comparison and what is taken away."""

import io
import re
from datetime import timedelta

import openpyxl
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from jiuzhi.core.models import AuditEntry
from jiuzhi.engine.observe import extract, lake
from jiuzhi.engine.observe.reported import Extent
from jiuzhi.interfaces.web import live
from jiuzhi.master.models import Device, Station
from tests.observe.messages import report

AT = "/county/500229/"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now().replace(second=0, microsecond=0)


@pytest.fixture
def outlets(orgs):
    def make(code, name, kind="outlet", county=None):
        return Station.objects.create(
            code=code, name=name, kind=kind, level="firm", county=county or orgs.county
        )

    return [
        make("O1", "甲厂总排口"), make("O2", "乙厂总排口"), make("H1", "任河水文站", "hydrology"), make("N1", "车站路", "noise"),
        make("X1", "外县排口", county=orgs.other),
    ]  # fmt: skip


def read(client, path, status=200):
    answer = client.get(AT + path)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


# --- the list ---


def test_the_list_shows_each_kind_with_its_newest_values(officer, plan, stations, outlets, now):
    report("O1", "COD", "minute", (now - 5 * MINUTE, "31.5"))
    report("O1", "NH3N", "minute", (now - 5 * MINUTE, "88"), flag=2, qualifier="D")
    report("H1", "water_level", "instant", (now - 3 * 60 * MINUTE, "712.3"), synthetic=True)
    page = read(officer, "stations/")
    for said in (
        "废水排口",
        "水文站",
        "噪声点",
        "甲厂总排口",
        "31.5",
        "故障",
        "712.3",
        "3 小时前",
        "近 7 天没有数据",
    ):
        assert said in page
    assert re.search("[56] 分钟前", page), "a minute may pass between the value and the page"
    assert "4 个自动上报的点位中" in page
    assert "3 个失联" in page
    assert "外县排口" not in page
    assert page.index("乙厂总排口") < page.index("甲厂总排口"), "what is silent comes first"


@pytest.mark.parametrize(
    ("asked", "shown", "hidden"),
    [
        ("q=任河水文", "任河水文站", "甲厂总排口"),
        ("q=O1", "甲厂总排口", "乙厂总排口"),
        ("kind=outlet", "乙厂总排口", "任河水文站"),
        ("silent=1", "乙厂总排口", "甲厂总排口"),
        ("q=没有这样的", "没有符合条件的点位", "甲厂总排口"),
    ],
)
def test_the_list_is_narrowed(officer, plan, stations, outlets, now, asked, shown, hidden):
    report("O1", "COD", "minute", (now, "31.5"))
    page = read(officer, "stations/?" + asked)
    assert shown in page
    assert hidden not in page


def test_a_slow_device_is_not_silent_before_its_time(officer, plan, outlets, now):
    report("O1", "COD", "instant", (now - 50 * MINUTE, "31.5"))
    assert "4 个失联" in read(officer, "stations/")
    Device.objects.create(
        code="M1",
        name="数采仪",
        protocol="HJ212",
        station=outlets[0],
        interval=3600,
        county=outlets[0].county,
        org=outlets[0].county,
    )
    assert "3 个失联" in read(officer, "stations/")


def test_a_hundred_stations_cost_no_more_queries(officer, plan, orgs, now, django_assert_max_num_queries):
    for n in range(100):
        Station.objects.create(code=f"S{n}", name=f"排口{n}", kind="outlet", level="firm", county=orgs.county)
    report("S1", "COD", "minute", (now, "31.5"))
    officer.get("/systems/")
    with django_assert_max_num_queries(12):
        read(officer, "stations/")


# --- one station ---


def test_the_page_of_an_outlet(officer, plan, outlets, now):
    report("O1", "COD", "minute", *((now - n * 10 * MINUTE, str(30 + n)) for n in range(12)), synthetic=True)
    report("O1", "COD", "minute", (now, "45"), synthetic=True)  # revised
    report("O1", "TP", "hour", (now - 60 * MINUTE, "0.31"))
    page = read(officer, "stations/O1/")
    for said in (
        "甲厂总排口",
        "废水排口",
        "在报",
        "化学需氧量",
        "mg/L",
        "总磷",
        "模拟数据",
        "第 2 版，看修订",
        "自动（分钟）",
    ):
        assert said in page
    assert 'hx-trigger="every 3s"' in page
    assert '"data": [["' in page
    assert "0.31" in read(officer, "stations/O1/?property=TP")
    read(officer, "stations/O1/?property=pH", 404)
    read(officer, "stations/O1/?until=gestern", 404)
    read(officer, "stations/X1/", 404)
    assert 'hx-trigger="every 3s"' not in read(officer, "stations/O1/?until=2026-01-01"), (
        "the past does not change by itself"
    )


def test_a_station_without_values_says_what_to_do(officer, plan, outlets):
    page = read(officer, "stations/N1/")
    assert "这个站点还没有数据" in page
    assert 'hx-trigger="every 3s"' in page


def test_a_value_that_cannot_be_used_is_marked_in_words_and_drawn_apart(officer, plan, outlets, now):
    report("O1", "COD", "minute", *((now - n * MINUTE, "30") for n in range(1, 12)))
    report("O1", "COD", "minute", (now, "88"), qualifier="M", flag=2)
    page = read(officer, "stations/O1/")
    assert "维护" in page
    assert '"bad": [["' in page


def test_the_part_that_changes_is_sent_only_when_something_came(officer, plan, outlets, now):
    def seen(page):
        return page.split("seen=")[1].split('"')[0]

    report("O1", "COD", "instant", (now - 5 * MINUTE, "30"))
    page = read(officer, "stations/O1/")
    ask = f"{AT}stations/O1/live/?property=COD&seen="
    mark = seen(page)
    if officer.get(ask + mark).status_code == 200:  # the minute has just turned
        mark = seen(read(officer, "stations/O1/"))
    assert officer.get(ask + mark).status_code == 204
    report("O2", "COD", "instant", (now, "1"))  # another station
    assert officer.get(ask + mark).status_code == 204
    report("O1", "COD", "instant", (now, "37.25"))
    answer = officer.get(ask + mark)
    assert answer.status_code == 200
    body = answer.content.decode()
    assert "37.25" in body
    assert 'id="live"' in body
    assert 'hx-swap-oob="true"' in body
    assert "<html" not in body
    assert seen(body) != mark
    assert "seen=" not in body.split("nows")[1].split("json")[0], "links of the page do not carry it"
    version, minute = seen(body).split("-")
    assert officer.get(f"{ask}{version}-{int(minute) - 1}").status_code == 200, (
        "what is said to be minutes old is said anew"
    )
    for rubbish in ("x", "-", "9" * 5000 + "-1", f"{'9' * 5000}-{minute}"):
        assert officer.get(ask + rubbish).status_code == 200


def test_the_live_part_and_the_files_are_closed_to_others(client, people, plan, outlets, now):
    report("O1", "COD", "instant", (now, "30"))
    paths = (
        "stations/O1/",
        "stations/O1/live/",
        "stations/O1/revisions/",
        "stations/O1/data.csv",
        "compare/",
        "compare/data.csv?s=O1|COD",
    )
    for path in paths:
        assert client.get(AT + path).status_code == 302
    client.force_login(people.stranger)
    for path in paths:
        assert client.get(AT + path).status_code == 404
        assert client.get("/county/500240/" + path).status_code == (200 if path == "compare/" else 404)


def test_an_air_station_has_a_live_tab_when_it_reports(officer, plan, stations, now):
    assert "实时" not in read(officer, "stations/A1/")
    report("A1", "PM2.5", "instant", (now, "35"))
    assert "?tab=live" in read(officer, "stations/A1/")
    page = read(officer, "stations/A1/?tab=live")
    assert "细颗粒物" in page
    assert any("tab=live" in part.split('"')[1] for part in page.split("hx-get=")[1:]), (
        "the part asked for again stays in its tab"
    )


def test_a_station_nothing_is_judged_of_yet_shows_what_it_reports(officer, measured, tmp_path, orgs, now):
    micro = Station.objects.create(
        code="V1", name="微站", kind="air", level="county", county=orgs.county, evaluated=False
    )
    measured(tmp_path)
    report("V1", "PM2.5", "instant", (now, "35.5"))
    report("A1", "PM2.5", "instant", (now, "36.5"))
    page = read(officer, "stations/")
    assert "环境空气站 · 实时" in page
    assert "35.5" in page
    assert "36.5" not in page, "a judged station stands with its AQI"
    assert "最近一次数据" in read(officer, f"stations/{micro.code}/")
    assert "最近一次数据" not in read(officer, f"stations/{micro.code}/?tab=judged")
    assert "最近一次数据" not in read(officer, "stations/A1/")


def test_every_revision_of_a_value_is_shown(officer, plan, outlets, now):
    for value in ("30", "31"):
        report("O1", "COD", "hour", (now, value))
    report("O1", "COD", "hour", (now, "32"), qualifier="C", flag=2)
    when = now.isoformat().replace("+", "%2B")
    page = read(officer, f"stations/O1/revisions/?property=COD&kind=hour&time={when}")
    assert all(f">{value}<" in page for value in ("30", "31", "32"))
    assert "校准" in page
    assert "现值" in page
    for time in ("", "gestern", "0001-01-01", "9999-12-31T23:59:59-12:00", when.replace("20", "19", 1)):
        read(officer, f"stations/O1/revisions/?property=COD&kind=hour&time={time}", 404)


# --- comparison ---


def test_a_comparison_begins_with_one_property_at_the_stations_of_a_kind(
    officer, plan, stations, outlets, now
):
    for code in ("O1", "O2"):
        report(code, "COD", "minute", (now, "30"))
    report("O1", "TP", "minute", (now, "0.3"))
    page = read(officer, "compare/")
    assert "甲厂总排口" in page
    assert "乙厂总排口" in page
    assert page.count('class="drop"') == 2
    assert page.count('"axis": 0') == 2


def test_two_units_get_two_axes_and_a_third_is_refused(officer, plan, outlets, now):
    report("O1", "COD", "minute", (now, "30"))
    report("O1", "flow", "minute", (now, "0.02"))
    report("N1", "Leq", "minute", (now, "51"))
    page = read(officer, "compare/?s=O1|COD&s=O1|flow")
    assert '"axis": 1' in page
    page = read(officer, "compare/?s=O1|COD&s=O1|flow&s=N1|Leq")
    assert "一张图最多两种单位，这里有 3 种（mg/L、m³/s、dB）" in page
    assert "series-data" not in page
    assert page.count('class="drop"') == 3, "each can be taken out again"


def test_more_than_six_series_are_refused_and_strangers_not_found(officer, plan, outlets, now):
    report("O1", "COD", "minute", (now, "30"))
    seven = "&".join(f"s=O1|{item}" for item in ("COD", "TP", "TN", "NH3N", "Cu", "Zn", "F"))
    assert "最多比 6 条序列，这里有 7 条" in read(officer, "compare/?" + seven)
    read(officer, "compare/data.csv?" + seven, 404)
    read(officer, "compare/data.csv", 404)
    for key in ("X1|COD", "O1", "O1|", "|COD", "nobody|COD"):
        read(officer, f"compare/?s={key}", 404)


def test_a_series_is_added_by_the_form_and_the_address_says_all(officer, plan, outlets):
    answer = officer.get(AT + "compare/?s=O1|COD&period=7d&until=&station=O2&property=COD")
    assert answer.status_code == 302
    assert answer["Location"] == AT + "compare/?s=O1%7CCOD&s=O2%7CCOD&period=7d"


@pytest.mark.parametrize(
    ("period", "have", "kind"),
    [
        ("24h", {"instant": (2000, 23), "minute": (140, 23), "hour": (24, 23)}, "instant"),
        ("24h", {"instant": (20, 0), "minute": (140, 23)}, "minute"),  # it began only now
        ("24h", {"instant": (1, 0)}, "instant"),
        ("7d", {"instant": (9000, 160), "hour": (160, 160)}, "hour"),
        ("1y", {"hour": (8760, 8759), "day": (365, 8736), "hour.max": (8760, 8759)}, "day"),
        ("1y", {"hour.max": (8760, 8759)}, "hour.max"),
        ("1y", {}, ""),
    ],
)
def test_the_kind_that_reads_best(period, have, kind):
    held = {name: Extent(values, timedelta(hours=hours)) for name, (values, hours) in have.items()}
    assert live.choose_kind(period, held) == kind
    assert live.choose_kind(period, held, "hour") == ("hour" if "hour" in have else kind)


def test_series_are_compared_in_a_kind_they_share(officer, plan, outlets, now):
    for n in range(30):
        report("O1", "COD", "minute", (now - n * 40 * MINUTE, "30"))
        report("O2", "COD", "minute", (now - n * 40 * MINUTE, "30"))
    report("O1", "COD", "instant", *((now - n * 40 * MINUTE, "30") for n in range(30)))
    page = read(officer, "compare/?s=O1|COD&s=O2|COD")
    assert page.count('<small class="muted">分钟</small>') == 2


@pytest.mark.parametrize(
    "path",
    [
        "stations/?q=%00&kind=%00", "stations/O1/?kind=%00&period=%00", "stations/O1/live/?seen=%00-%00", "compare/?s=O1|%00",
        "compare/?of=%00&property=%00", "compare/data.csv?s=O1|%00", "stations/O1/data.csv?property=%00&kind=%00",
    ],
)  # fmt: skip
def test_rubbish_in_an_address_breaks_nothing(officer, plan, outlets, now, path):
    report("O1", "COD", "minute", (now, "30"))
    assert officer.get(AT + path).status_code == 200


# --- files ---


def body(answer):
    return b"".join(answer.streaming_content)


def test_a_stations_values_as_csv(officer, plan, outlets, now):
    report("O1", "COD", "minute", (now, "30"), (now - 40 * DAY, "20"))
    report("O1", "COD", "minute", (now, "31"))
    answer = officer.get(AT + "stations/O1/data.csv")
    assert answer.streaming
    lines = body(answer).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("站点编码,站点,项目,单位,时间(北京时间)")
    assert len(lines) == 2, "thirty days, the last revision"
    assert "模拟" not in answer["Content-Disposition"]
    noted = AuditEntry.objects.filter(action="export").last()
    assert noted.why == "下载监测数据"
    both = officer.get(AT + "stations/O1/data.csv?revisions=all&from=2020-01-01&property=COD&kind=minute")
    assert len(body(both).splitlines()) == 4
    none = officer.get(AT + "stations/O1/data.csv?property=TP")
    assert len(body(none).splitlines()) == 1


def test_a_file_with_simulated_values_says_so_in_its_name(officer, plan, outlets, now):
    report("O1", "COD", "minute", (now, "30"), synthetic=True)
    answer = officer.get(AT + "stations/O1/data.xlsx")
    assert "_%E6%A8%A1%E6%8B%9F%E6%95%B0%E6%8D%AE.xlsx" in answer["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(body(answer))).active
    assert sheet["L2"].value == "是"


def test_a_comparison_as_parquet_holds_its_series_alone(officer, plan, outlets, now):
    for code in ("O1", "O2"):
        report(code, "COD", "minute", (now, "30"))
        report(code, "TP", "minute", (now, "0.3"))
    answer = officer.get(AT + "compare/data.parquet?s=O1|COD&s=O2|TP")
    table = pq.read_table(io.BytesIO(body(answer)))
    assert table.select(["站点", "项目"]).to_pylist() == [
        {"站点": "甲厂总排口", "项目": "化学需氧量"}, {"站点": "乙厂总排口", "项目": "总磷"},
    ]  # fmt: skip


def test_what_does_not_fit_or_makes_no_sense_is_said(officer, plan, outlets, now, monkeypatch):
    report("O1", "COD", "minute", (now, "30"), (now - MINUTE, "31"))
    monkeypatch.setattr(extract, "EXCEL_ROWS", 1)
    assert "共 2 行，一张 Excel 表最多放 1 行" in read(officer, "stations/O1/data.xlsx", 422)
    read(officer, "stations/O1/data.pdf", 404)
    read(officer, "stations/O1/data.csv?from=2026-02-01&to=2026-01-01", 404)
    read(officer, "stations/O1/data.csv?from=x", 404)
    assert lake.version() >= 0
