"""What the pages say: the sentence, the marks, the empty places, the errors."""

import io

import openpyxl
import pytest
from django.urls import reverse

from jiuzhi.engine.plan import documents
from jiuzhi.engine.plan.models import Commitment

CEILING = 13  # queries a page may need


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_home_says_first_what_is_wrong_and_whose_turn_it_is(officer, plan):
    page = read(officer, "/county/500229/")
    assert "1 项达标或正常" in page
    assert "1 项严重滞后" in page
    assert page.index("农村污水治理率") < page.index("该谁办")
    assert "未指定责任单位" in page
    assert "县水利局" in page
    assert "剩 1501 天" in page
    assert "含模拟数据" in page


def test_marks_stand_beside_colours(officer, plan):
    page = read(officer, "/county/500229/commitments/")
    for mark, word in (("●", "达标"), ("◆", "滞后"), ("■", "严重滞后"), ("○", "无数据")):
        assert f'<i class="m">{mark}</i>{word}' in page


def test_without_a_plan_the_pages_say_how_to_load_one(officer):
    for path in (
        "/county/500229/",
        "/county/500229/plan/",
        "/county/500229/commitments/",
        "/county/500229/report/",
    ):
        assert "jiuzhi plan load" in read(officer, path)


def test_without_data_the_pages_say_how_to_bring_some(officer, plan, stations):
    assert "还没有监测数据" in read(officer, "/county/500229/")
    assert "这段时间没有数据" in read(officer, "/county/500229/stations/A1/")
    assert "还没有导入过数据" in read(officer, "/county/500229/imports/")


def test_the_tree_holds_every_clause_commitment_and_task(officer, plan):
    page = read(officer, "/county/500229/plan/")
    for word in ("第一章", "城乡污水", "城镇污水处理率", "市级下达", "完善污水管网", "排查入河排污口"):
        assert word in page


def test_the_tree_can_be_searched(officer, plan):
    page = read(officer, "/county/500229/plan/?q=排污口")
    assert "排查入河排污口" in page
    assert "完善污水管网" not in page
    assert "没有符合条件的条款" in read(officer, "/county/500229/plan/?q=没有这个词")
    assert "断面达标率" not in read(officer, "/county/500229/plan/?state=behind")


def test_a_sentence_comes_from_the_persons_own_document_or_not_at_all(officer, plan):
    record = Commitment.objects.get(code="C1")
    path = f"/county/500229/plan/sentence/commitment/{record.pk}/"
    assert "请提供原文档" in read(officer, path)
    documents.keep("甲" * 10 + "污水处理率达到百分之九十五。" + "乙" * 40, plan.sha256)
    assert "污水处理率达到百分之" in read(officer, path)


def test_a_commitment_without_values_still_has_its_page(officer, plan):
    for record in Commitment.objects.all():
        page = read(officer, f"/county/500229/commitments/{record.pk}/")
        assert record.name in page
    rows = read(officer, f"/county/500229/commitments/{record.pk}/rows/")
    assert "这项没有观测记录" in rows


@pytest.mark.parametrize(
    ("asked", "shown", "hidden"),
    [
        ("state=late", "城镇污水处理率", "断面达标率"),
        ("state=behind", "农村污水治理率", "断面达标率"),
        ("owner=none", "农村污水治理率", "城镇污水处理率"),
        ("q=断面", "断面达标率", "农村污水治理率"),
        ("domain=治气", "没有符合条件的承诺", "农村污水治理率"),
    ],
)
def test_commitments_can_be_filtered(officer, plan, asked, shown, hidden):
    page = read(officer, f"/county/500229/commitments/?{asked}")
    assert shown in page
    assert hidden not in page


def test_the_export_holds_what_is_on_screen_and_says_that_it_is_synthetic(officer, plan):
    answer = officer.get("/county/500229/commitments/export.xlsx?state=late")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert "含模拟数据" in rows[0][0]
    assert len(rows) == 3
    assert rows[2][1] == "城镇污水处理率"
    assert rows[2][6] == 90, "a number, so that Excel can count with it"
    text = officer.get("/county/500229/commitments/export.csv").content.decode("utf-8-sig")
    assert "模拟数据" in text
    assert len(text.splitlines()) == 6
    assert officer.get("/county/500229/commitments/export.pdf").status_code == 404


def test_an_export_never_runs_as_a_formula(officer, plan):
    Commitment.objects.filter(code="C1").update(name="=HYPERLINK(1)")
    text = officer.get("/county/500229/commitments/export.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    book = openpyxl.load_workbook(io.BytesIO(officer.get("/county/500229/commitments/export.xlsx").content))
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_a_change_shows_at_once_though_pages_are_kept(officer, plan, orgs):
    first = read(officer, "/county/500229/commitments/?owner=none")
    assert "农村污水治理率" in first
    record = Commitment.objects.get(code="C2")
    officer.post(f"/county/500229/plan/owner/commitment/{record.pk}/", {"owner": orgs.forest.pk})
    assert "农村污水治理率" not in read(officer, "/county/500229/commitments/?owner=none")


def test_systems_are_listed_with_where_they_are_served(officer, plan):
    page = read(officer, "/systems/?q=SYS-002")
    assert "292" in page
    assert reverse("commitments", args=["500229"]) in page


def test_search_spans_all_kinds(officer, plan, stations):
    page = read(officer, "/search/?q=污水")
    for heading in ("承诺", "任务", "条款", "项目"):
        assert f"<h2>{heading}</h2>" in page
    assert "水寨子" in read(officer, "/search/?q=水寨子")


def test_search_names_what_was_promised_before_what_was_merely_measured(officer, plan):
    Commitment.objects.filter(code="C5").update(start=1)
    page = read(officer, "/search/?q=城镇污水处理率")
    assert page.index("目标") < page.index("基线")


def test_unknown_addresses_get_a_chinese_sentence(officer, plan):
    for path in (
        "/nope/",
        "/county/500229/commitments/999999/",
        "/county/500229/stations/没有/",
        "/county/999999/",
    ):
        answer = officer.get(path)
        assert answer.status_code == 404
        assert "没有找到" in answer.content.decode()


def test_odd_questions_do_no_harm(officer, plan, stations):
    for path in (
        "/county/500229/stations/A1/?property=PM2.5&period=x&year=abc",
        "/county/500229/commitments/?state=x&sort=y",
        "/county/500229/imports/?page=999",
        "/systems/?page=-1&domain=%00",
        "/search/?q=" + "长" * 500,
        "/county/500229/stations/A1/?year=²",
    ):
        assert officer.get(path).status_code == 200, path
    assert officer.get("/county/500229/stations/A1/?property=nothing").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "",
        "plan/",
        "plan/?state=behind",
        "commitments/",
        "commitments/{c}/",
        "stations/",
        "stations/A1/",
        "quality/",
        "imports/",
        "report/",
        "plan/projects/",
    ],
)
def test_pages_need_few_queries(officer, plan, stations, django_assert_max_num_queries, path):
    address = "/county/500229/" + path.format(c=Commitment.objects.get(code="C1").pk)
    officer.get("/systems/")  # what is read once per process
    with django_assert_max_num_queries(CEILING):
        assert officer.get(address).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_plan(officer, plan, django_assert_max_num_queries):
    record = Commitment.objects.get(code="C1")
    for n in range(40):
        record.pk, record.code = None, f"X{n}"
        record.save()
    for path in ("", "plan/", "commitments/"):
        with django_assert_max_num_queries(CEILING):
            assert officer.get(f"/county/500229/{path}").status_code == 200


def test_static_files_carry_a_fingerprint_and_answer_not_modified(client):
    first = client.get("/static/web/tokens.css")
    assert first.status_code == 200
    assert "max-age=3600" in first["Cache-Control"]
    again = client.get("/static/web/tokens.css", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    fixed = client.get("/static/web/tokens.css?v=" + first["ETag"].strip('"'))
    assert "immutable" in fixed["Cache-Control"]
    assert client.get("/static/web/../../../settings.py").status_code == 404
    assert client.get("/static/nothing.css").status_code == 404


def test_pages_load_nothing_from_elsewhere(officer, plan, stations):
    for path in ("", "plan/", "stations/A1/", "commitments/"):
        page = read(officer, "/county/500229/" + path)
        assert "//cdn" not in page
        assert "https://" not in page


def test_english_is_chosen_never_guessed(officer, plan):
    assert "总览" in officer.get("/county/500229/", headers={"accept-language": "en-US"}).content.decode()
    officer.post("/language/", {"language": "en"}, headers={"referer": "http://testserver/county/500229/"})
    page = read(officer, "/county/500229/")
    assert "Overview" in page
    assert 'lang="en"' in page


def test_measured_air_and_water_are_shown_with_their_levels(officer, measured, tmp_path):
    measured(tmp_path)
    home = read(officer, "/county/500229/")
    assert "县城空气 AQI" in home
    assert "任河 水寨子" in home
    assert "超标" in home  # total phosphorus 0.25 mg/L is class Ⅳ, the target is Ⅱ
    air = read(officer, "/county/500229/stations/A1/?property=PM2.5&period=30d")
    assert "GB 3095-2026 二级 60" in air
    assert "2026 年 AQI 日历" in air
    assert 'class="d aqi-2"' in air
    assert "<small>20</small>良" in air, "a day is found without hovering over it"
    county = read(officer, "/county/500229/stations/500229/")
    assert "县控" not in county, "the whole county is not a station"
    assert "GB 3095-2026 二级 200" in read(officer, "/county/500229/stations/A1/?property=NO2&period=raw")
    water = read(officer, "/county/500229/stations/重庆市/水寨子/?property=TP&period=raw")
    assert "Ⅱ类限值 0.1" in water
    assert "water-4" in water


def test_raw_rows_show_text_revision_and_file(officer, measured, tmp_path, orgs):
    from jiuzhi.interfaces.web import rowsource

    measured(tmp_path)
    table = rowsource.raw("A1", "2026-11-20", "", orgs.county)
    assert len(table.rows) == 144
    cells = table.rows[0][0]
    assert "观测.csv" in cells
    county = rowsource.raw("500229", "2026-11-20", "", orgs.county)
    assert len(county.rows) == 144
    assert rowsource.raw("A1", "nonsense", "", orgs.county).rows == []
    assert rowsource.raw("A1", "2026-13", "", orgs.county).rows == []


def test_assessed_rows_say_the_level_in_words_and_the_unit_of_each_column(measured, tmp_path, orgs):
    from datetime import date

    from jiuzhi.engine.plan.board import RowsLink
    from jiuzhi.interfaces.web import rowsource

    measured(tmp_path)
    link = RowsLink("air_day", {"station": "A1"}, date(2026, 11, 20), date(2026, 11, 20))
    table = rowsource.assessed_rows(link, orgs.county)
    (cells, _address), *_rest = table.rows
    assert cells[table.columns.index("级别")] == "良"
    assert "一氧化碳 CO\nmg/m³" in table.columns
    assert rowsource.place("500229", orgs.county) == "城口县"


def test_a_unit_sees_first_what_it_answers_for(client, people, plan):
    client.force_login(people.unit)
    page = read(client, "/county/500229/")
    assert "我单位负责的" in page
    assert page.index("我单位负责的") < page.index("该谁办")
    client.force_login(people.officer)
    assert "我单位负责的" not in read(client, "/county/500229/")
