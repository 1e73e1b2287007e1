"""What people change on the pages: owners, reported values, imported files, reports."""

import gzip
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jiuzhi.core.models import AuditEntry
from jiuzhi.engine.indicators.models import ReportedValue
from jiuzhi.engine.observe.models import ImportBatch
from jiuzhi.engine.plan.models import Commitment, Task


def commitment(code="C1"):
    return Commitment.objects.get(code=code)


def owner_path(record, kind="commitment"):
    return f"/county/500229/plan/owner/{kind}/{record.pk}/"


def test_an_owner_is_assigned_audited_and_taken_back(officer, people, plan, orgs):
    record = commitment("C2")
    said = officer.post(
        owner_path(record), {"owner": orgs.forest.pk}, headers={"hx-request": "true"}
    ).content.decode()
    assert "已指定" in said
    assert "撤销" in said
    assert commitment("C2").owner == orgs.forest
    entry = AuditEntry.objects.first()
    assert (entry.user, entry.route, entry.why) == (people.officer, "web", "指定责任单位")
    said = officer.post(
        owner_path(record), {"owner": "", "undo": "1"}, headers={"hx-request": "true"}
    ).content.decode()
    assert "已恢复" in said
    assert commitment("C2").owner is None


def test_assigning_works_without_scripts(officer, plan, orgs):
    record = commitment("C2")
    assert "<form" in officer.get(owner_path(record)).content.decode()
    answer = officer.post(owner_path(record), {"owner": orgs.forest.pk})
    assert answer["Location"] == f"/county/500229/commitments/{record.pk}/"
    task = Task.objects.get(code="T2")
    officer.post(owner_path(task, "task"), {"owner": orgs.water.pk})
    task.refresh_from_db()
    assert task.owner == orgs.water


def test_only_who_may_assigns(client, people, plan, orgs):
    for user in (people.unit, people.auditor, people.leader, people.monitor):
        client.force_login(user)
        assert client.post(owner_path(commitment("C2")), {"owner": orgs.forest.pk}).status_code == 403
        assert "指定</a>" not in client.get("/county/500229/plan/").content.decode()
    assert commitment("C2").owner is None


def test_a_unit_of_another_county_cannot_be_made_owner(officer, plan, orgs):
    for wrong in (orgs.other.pk, 999999, "x; drop", "²"):
        said = officer.post(owner_path(commitment("C2")), {"owner": wrong}, headers={"hx-request": "true"})
        assert commitment("C2").owner is None
        assert said.status_code == 200


def report(client, record, **fields):
    form = {"period": "2026", "value": "91.5", "note": "年报"} | fields
    return client.post(f"/county/500229/commitments/{record.pk}/report/", form, follow=True).content.decode()


def test_a_value_goes_from_the_unit_to_approval(client, people, plan):
    record = commitment()
    client.force_login(people.unit)
    proof = SimpleUploadedFile("证明.pdf", b"%PDF-1.4 proof")
    assert "等待规划专员审核" in report(client, record, evidence=proof)
    value = ReportedValue.objects.get()
    assert (value.value, value.status, value.reported_by) == (Decimal("91.5"), "submitted", people.unit)
    download = client.get(f"/county/500229/values/{value.pk}/evidence/file")
    assert b"".join(download.streaming_content) == b"%PDF-1.4 proof"
    assert "attachment" in download["Content-Disposition"]
    assert client.post(f"/county/500229/values/{value.pk}/approve/").status_code == 403
    client.force_login(people.officer)
    assert "已通过" in client.post(f"/county/500229/values/{value.pk}/approve/", follow=True).content.decode()
    value.refresh_from_db()
    assert value.status == "approved"


def test_evidence_is_for_the_unit_it_came_from_and_those_above(client, people, plan):
    client.force_login(people.unit)
    report(client, commitment(), evidence=SimpleUploadedFile("证明.pdf", b"proof"))
    value = ReportedValue.objects.get()
    path = f"/county/500229/values/{value.pk}/evidence/file"
    page = f"/county/500229/commitments/{commitment().pk}/"
    for user in (people.unit, people.officer, people.auditor, people.leader):
        client.force_login(user)
        assert path in client.get(page).content.decode()
        assert client.get(path).status_code == 200
    client.force_login(people.forester)
    assert path not in client.get(page).content.decode()
    assert client.get(path).status_code == 403


def test_thousands_may_be_parted(client, people, plan):
    Commitment.objects.filter(code="C1").update(unit="亩")
    client.force_login(people.unit)
    report(client, commitment(), value="1，234.5")
    assert ReportedValue.objects.get().value == Decimal("1234.5")


def test_a_return_needs_a_reason(client, people, plan):
    client.force_login(people.unit)
    report(client, commitment())
    value = ReportedValue.objects.get()
    client.force_login(people.officer)
    assert (
        "需要写明原因"
        in client.post(f"/county/500229/values/{value.pk}/return/", follow=True).content.decode()
    )
    client.post(f"/county/500229/values/{value.pk}/return/", {"note": "口径不符"})
    value.refresh_from_db()
    assert (value.status, value.decision_note) == ("returned", "口径不符")


def test_a_unit_reports_only_its_own(client, people, plan):
    client.force_login(people.unit)
    answer = client.post(
        f"/county/500229/commitments/{commitment('C3').pk}/report/", {"period": "2026", "value": "1"}
    )
    assert answer.status_code == 403
    assert not ReportedValue.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"value": "abc"}, "不是数"),
        ({"value": "NaN"}, "不是数"),
        ({"value": "1e99"}, "不合理"),
        ({"value": ""}, "不是数"),
        ({"value": "9，5"}, "不是数"),
        ({"value": "1,23"}, "不是数"),
        ({"period": "上个月"}, "时期"),
        ({"period": "2090"}, "不在可填报的范围"),
        ({"value": "120"}, "不能超过 100%"),
        ({"evidence": SimpleUploadedFile("x.exe", b"MZ")}, "只收"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(client, people, plan, fields, sentence):
    client.force_login(people.unit)
    assert sentence in report(client, commitment(), **fields)
    assert not ReportedValue.objects.exists()


def upload(client, name, content, **fields):
    form = {"file": SimpleUploadedFile(name, content)} | fields
    return client.post("/county/500229/imports/", form, follow=True).content.decode()


GOOD = (
    "站点编码,时间,项目,数值,单位\nA1,2026-11-01 01:00,PM2.5,12,µg/m³\nA1,2026-11-01 02:00,PM2.5,-3,µg/m³\n"
)


def test_a_file_is_taken_in_row_by_row_and_only_once(client, people, plan, stations):
    client.force_login(people.monitor)
    said = upload(client, "空气.csv", GOOD.encode())
    assert "新增 1 个值" in said
    assert "退回 1 行" in said
    batch = ImportBatch.objects.get()
    refused = client.get(f"/county/500229/imports/{batch.pk}/refused.csv")
    assert "-3" in b"".join(refused.streaming_content).decode("utf-8-sig")
    upload(client, "空气.csv", GOOD.encode())
    assert sum(ImportBatch.objects.values_list("new", flat=True)) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("空.csv", b""),
        ("乱码.csv", bytes(range(128, 256)) * 20),
        ("缺列.csv", "站点编码,时间\nA1,2026-11-01\n".encode()),
        ("截断.csv.gz", gzip.compress(GOOD.encode() * 50, mtime=0)[:-20]),
        ("图片.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200),
        ("../../etc/逃逸.csv", b"x"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_leaves_nothing(client, people, plan, stations, name, content):
    client.force_login(people.monitor)
    page = upload(client, name, content)
    assert 'class="note error"' in page
    assert not ImportBatch.objects.exists()


def test_the_template_can_be_taken_away_and_read_back(client, people, plan, stations):
    client.force_login(people.monitor)
    answer = client.get("/county/500229/imports/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book["观测"]
    sheet.append(["A1", "2026-11-01 01:00", "PM2.5", "12"])
    filled = io.BytesIO()
    book.save(filled)
    assert "新增 1 个值" in upload(client, "填好的模板.xlsx", filled.getvalue())


def test_only_who_may_imports(client, people, plan):
    client.force_login(people.auditor)
    answer = client.post("/county/500229/imports/", {"file": SimpleUploadedFile("a.csv", GOOD.encode())})
    assert answer.status_code == 403
    assert not ImportBatch.objects.exists()


def test_another_countys_batches_are_not_shown(client, people, plan, stations):
    client.force_login(people.monitor)
    upload(client, "城口空气.csv", GOOD.encode())
    batch = ImportBatch.objects.get()
    client.force_login(people.stranger)
    assert "城口空气" not in client.get("/county/500240/imports/").content.decode()
    assert client.get(f"/county/500240/imports/{batch.pk}/refused.csv").status_code == 404


def test_only_who_may_makes_a_report(client, people, plan):
    client.force_login(people.unit)
    assert client.post("/county/500229/report/", {"form": "docx"}).status_code == 403


def test_without_a_judgement_there_is_no_report(officer, plan):
    from jiuzhi.engine.indicators.models import Judgement

    Judgement.objects.all().delete()
    assert (
        "还不能出报告"
        in officer.post("/county/500229/report/", {"form": "docx"}, follow=True).content.decode()
    )


def test_a_report_comes_as_word(officer, plan):
    answer = officer.post("/county/500229/report/", {"form": "docx", "as_of": "2026-11-21"})
    assert answer.status_code == 200, answer.content.decode()[:500]
    assert answer.content[:2] == b"PK"
    assert "%E6%A8%A1%E6%8B%9F" in answer["Content-Disposition"]  # 模拟 stands in the file's name


PLAN = """城口县生态环境保护“十五五”规划

第一章 主要目标

第一节 水环境

到2030年，城镇污水处理率达到95%以上，农村生活污水治理率达到80%。

第二章 重点任务

第一节 治水

（一）完善污水管网

新建污水管网20公里，改造污水处理厂3座。开展入河排污口排查。
"""


def test_a_plan_document_is_read_reviewed_and_loaded_in_the_browser(officer, orgs):
    document = SimpleUploadedFile("规划.txt", PLAN.encode())
    answer = officer.post("/county/500229/plan/upload/", {"file": document})
    review = answer["Location"]
    page = officer.get(review).content.decode()
    assert "项目标" in page
    assert Commitment.objects.count() == 0  # nothing before somebody says so
    officer.post(review)
    assert Commitment.objects.filter(plan__county=orgs.county, value=95).exists()
    record = Commitment.objects.get(value=95)
    said = officer.get(f"/county/500229/plan/sentence/commitment/{record.pk}/").content.decode()
    assert "95%以上" in said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("空.txt", b""),
        ("图.png", b"\x89PNG"),
        ("坏.docx", b"PK\x03\x04broken"),
        ("乱.txt", bytes(range(128, 256)) * 30),
    ],
)
def test_an_unreadable_document_gets_one_sentence(officer, orgs, name, content):
    said = officer.post(
        "/county/500229/plan/upload/", {"file": SimpleUploadedFile(name, content)}, follow=True
    )
    assert 'class="note error"' in said.content.decode()


def test_only_who_may_loads_a_plan(client, people, orgs):
    client.force_login(people.unit)
    assert client.get("/county/500229/plan/upload/").status_code == 403
    client.force_login(people.officer)
    assert client.get("/county/500229/plan/upload/" + "0" * 64 + "/").status_code == 404
    assert client.get("/county/500229/plan/upload/..%2f..%2fx/").status_code == 404


def test_new_data_are_judged_on_request(client, people, plan, stations):
    client.force_login(people.monitor)
    upload(client, "空气.csv", GOOD.encode())
    said = client.post("/county/500229/judge/", follow=True).content.decode()
    assert "的数据研判" in said
    client.force_login(people.auditor)
    assert client.post("/county/500229/judge/").status_code == 403


def test_what_waits_for_approval_stands_on_the_home_page(client, people, plan):
    client.force_login(people.unit)
    report(client, commitment())
    assert "待审核的填报" not in client.get("/county/500229/").content.decode()
    client.force_login(people.officer)
    assert "待审核的填报" in client.get("/county/500229/").content.decode()
