"""What a hostile visitor tries on the pages: other people's ids, scripts in every text, paths, formulas, replays."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiuzhi.engine.indicators.models import ReportedValue
from jiuzhi.engine.observe import lake
from jiuzhi.engine.observe.models import ImportBatch
from jiuzhi.engine.plan.models import Commitment

SCRIPT = "<script>alert(1)</script>"
AIR = "站点编码,时间,PM2.5,PM10,SO2,NO2,CO,O3\n"


def _said(answer, client) -> str:
    assert answer.status_code == 302, answer.status_code
    return client.get(answer["Location"]).content.decode()


def _upload(client, name, text, **more):
    file = SimpleUploadedFile(name, text.encode())
    return client.post("/county/500229/imports/", {"file": file, **more})


def test_a_form_without_its_token_is_refused_in_chinese(people, plan):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.officer)
    record = Commitment.objects.get(code="C1")
    answer = client.post(f"/county/500229/commitments/{record.pk}/report/", {"period": "2026", "value": "5"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()
    assert not ReportedValue.objects.exists()


def test_a_request_nobody_can_read_is_answered_in_chinese(officer, plan):
    answer = officer.post("/county/500229/imports/", {f"f{n}": "1" for n in range(1500)})
    assert answer.status_code == 400
    assert "请求读不懂" in answer.content.decode()
    answer = officer.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "JIUZHI_HOSTS" in answer.content.decode()


@pytest.mark.parametrize("value", ["1e999", "NaN", "-inf", "9" * 400, "=1+1", SCRIPT, "", "1e-9", "5\x00"])
def test_a_value_that_is_none_is_refused(officer, plan, value):
    record = Commitment.objects.get(code="C1")
    said = _said(
        officer.post(f"/county/500229/commitments/{record.pk}/report/", {"period": "2026", "value": value}),
        officer,
    )
    assert "数值" in said
    assert SCRIPT not in said
    assert "9" * 50 not in said
    assert not ReportedValue.objects.exists()


@pytest.mark.parametrize(
    "period", ["1900", "2099", "2026-13", "2" * 500, SCRIPT, "2026\x00", "２０２６", "../x"]
)
def test_a_period_that_is_none_is_refused(officer, plan, period):
    record = Commitment.objects.get(code="C1")
    said = _said(
        officer.post(f"/county/500229/commitments/{record.pk}/report/", {"period": period, "value": "5"}),
        officer,
    )
    assert "时期" in said
    assert SCRIPT not in said
    assert not ReportedValue.objects.exists()


def test_a_form_sent_twice_is_one_report(officer, plan):
    record = Commitment.objects.get(code="C1")
    form = {"period": "2026", "value": "5", "note": "一\x00\x0b二"}
    officer.post(f"/county/500229/commitments/{record.pk}/report/", form)
    said = _said(officer.post(f"/county/500229/commitments/{record.pk}/report/", form), officer)
    assert "不必重复提交" in said
    assert ReportedValue.objects.get().note == "一二"


def test_evidence_stays_in_its_folder_and_is_never_shown_as_a_page(officer, plan, settings):
    record = Commitment.objects.get(code="C1")
    names = [
        "../../../x.pdf",
        "..\\..\\x.pdf",
        "<img src=x onerror=alert(1)>.pdf",
        'a".pdf',
        "长" * 200 + ".pdf",
    ]
    for n, name in enumerate(names):
        file = SimpleUploadedFile(name, b"%PDF x")
        officer.post(
            f"/county/500229/commitments/{record.pk}/report/",
            {"period": "2026", "value": str(n), "evidence": file},
        )
    kept = list(ReportedValue.objects.all())
    assert len(kept) == len(names)
    for value in kept:
        assert str(value.evidence.path).startswith(str(settings.MEDIA_ROOT))
        answer = officer.get(f"/county/500229/values/{value.pk}/evidence/file")
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert "<img src=x" not in officer.get(f"/county/500229/commitments/{record.pk}/").content.decode()
    for name in ("a.exe", "a.html", "a.svg", "a.pdf.html"):
        file = SimpleUploadedFile(name, b"x")
        form = {"period": "2026", "value": "77", "evidence": file}
        assert "佐证材料只收" in _said(
            officer.post(f"/county/500229/commitments/{record.pk}/report/", form), officer
        )
    form = {"period": "2026", "value": "78", "evidence": SimpleUploadedFile("空.pdf", b"")}
    assert "空文件" in _said(officer.post(f"/county/500229/commitments/{record.pk}/report/", form), officer)
    assert ReportedValue.objects.count() == len(names)


def test_stored_scripts_and_formulas_are_only_text(officer, plan, people):
    name = f'=HYPERLINK("http://x","{SCRIPT}")'
    Commitment.objects.filter(code="C1").update(name=name, place=f"@{SCRIPT}", owner_text="+1")
    record = Commitment.objects.get(code="C1")
    pages = [
        "",
        "plan/",
        "commitments/",
        f"commitments/{record.pk}/",
        f"plan/owner/commitment/{record.pk}/",
        "report/",
    ]
    for page in pages:
        answer = officer.get(f"/county/500229/{page}")
        assert answer.status_code == 200, page
        assert SCRIPT not in answer.content.decode(), page
    assert SCRIPT not in officer.get("/search/?q=HYPERLINK").content.decode()
    text = officer.get("/county/500229/commitments/export.csv").content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "+")]
    assert [cell for cell in cells if cell.startswith("'=HYPERLINK")]


def test_refused_cells_come_back_as_text_excel_does_not_run(officer, plan, stations):
    rows = f"A1,2026-10-01 08:00,=cmd|' /C calc'!A0,@SUM(1),-5,{SCRIPT},0.6,60\n"
    page = _said(_upload(officer, f"{SCRIPT.replace('/', '')}.csv", AIR + rows), officer)
    assert SCRIPT not in page
    batch = ImportBatch.objects.get()
    answer = officer.get(f"/county/500229/imports/{batch.pk}/refused.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    cells = [row[2] for row in csv.reader(io.StringIO(text))][1:]
    assert cells == ["'=cmd|' /C calc'!A0", "'@SUM(1)", "-5", SCRIPT]


def test_nobody_writes_into_another_countys_station(officer, plan, stations):
    page = _said(_upload(officer, "他县.csv", AIR + "B1,2026-10-01 08:00,20,40,8,20,0.6,60\n"), officer)
    assert "没有一个数值可入库" in page
    assert lake.version() == -1


@pytest.mark.parametrize("year", ["²²²²", "99999", "abcd", "-1"])
def test_an_odd_year_beside_an_upload(officer, plan, year):
    answer = _upload(officer, "x.csv", AIR + "A1,2026-10-01 08:00,20,40,8,20,0.6,60\n", year=year)
    assert answer.status_code == 302
    assert ImportBatch.objects.count() == 1


@pytest.mark.parametrize("name", ["../../../../tmp/pwn.csv", "..\\pwn.csv", "/pwn.csv", " "])
def test_an_upload_stays_in_its_folder(officer, plan, name, tmp_path):
    assert _upload(officer, name, AIR).status_code == 302
    assert not list(tmp_path.rglob("pwn*"))


@pytest.mark.parametrize("day", ["9999-12-31", "2026-02-31", "x", "2026-11-22"])
def test_no_report_of_a_day_nobody_judged(officer, plan, day):
    page = _said(officer.post("/county/500229/report/", {"form": "docx", "as_of": day}), officer)
    assert "没有研判记录" in page


@pytest.mark.parametrize(
    "query",
    [
        "?page=²",
        "?page=99999999999",
        "?page=-1",
        "?q=%00",
        "?q=" + "a" * 3000,
        "?state=%27",
        "?domain=<b>",
        "?owner=²",
        "?t=²",
    ],
)
def test_odd_queries_break_nothing(officer, plan, stations, query):
    record = Commitment.objects.get(code="C1")
    paths = ["", "plan/", "plan/projects/", "plan/versions/", "commitments/", "stations/", "quality/", "imports/", "report/", "more/",
             f"commitments/{record.pk}/", f"commitments/{record.pk}/rows/", "stations/A1/"]  # fmt: skip
    for path in [*(f"/county/500229/{p}" for p in paths), "/systems/", "/search/", "/design/"]:
        assert officer.get(path + query).status_code in (200, 302, 404), path


@pytest.mark.parametrize(
    "place", ["http://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_login_leads_nowhere_else(client, people, place):
    people.officer.set_password("long-enough-1")
    people.officer.save()
    answer = client.post(
        f"/login/?next={place}", {"username": "officer", "password": "long-enough-1", "next": place}
    )
    assert answer["Location"] == "/"
    answer = client.post("/language/", {"language": "en"}, headers={"referer": f"{place}/x"})
    assert "evil" not in answer["Location"]


def test_an_officer_cannot_pass_their_own_value_twice_over(officer, plan, people):
    record = Commitment.objects.get(code="C1")
    officer.post(f"/county/500229/commitments/{record.pk}/report/", {"period": "2026", "value": "5"})
    value = ReportedValue.objects.get()
    assert "不能审核自己" in _said(officer.post(f"/county/500229/values/{value.pk}/approve/"), officer)
    officer.force_login(people.second)
    officer.post(f"/county/500229/values/{value.pk}/approve/")
    assert "不能再审核" in _said(officer.post(f"/county/500229/values/{value.pk}/approve/"), officer)
    value.refresh_from_db()
    assert (value.status, value.value) == ("approved", Decimal(5))
