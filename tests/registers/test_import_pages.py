"""The import in the browser: file → dry run → writing → undo, for whoever may, with nothing half done."""

import fcntl
import io
import json
import os
import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from jiuzhi.core import records
from jiuzhi.core.models import AuditEntry
from jiuzhi.core.registers import REGISTERS, get
from jiuzhi.domains.water.models import Outlet
from jiuzhi.engine.exchange import jobs

HEAD = ["排污口编码", "名称", "一级类别", "受纳水体", "责任单位", "设置方式"]
GOOD = ["N-1", "新排口", "其他排口", "任河", "葛城街道", "登记"]
BAD = ["N-2", "坏排口", "工业", "任河", "葛城街道", "登记"]


@pytest.fixture(autouse=True)
def _here(settings, tmp_path, monkeypatch):
    """Jobs of a test in a folder of its own, worked on at once: a thread would not see the test's transaction."""
    settings.HOME = tmp_path
    monkeypatch.setattr(jobs, "in_background", lambda work: work())


@pytest.fixture
def site(load, client, person):
    load(get("water.outlet"))
    client.force_login(person("plan_officer", "500229"))
    return client


def at(name, *more, code="water.outlet"):
    return reverse(name, args=["500229", code, *more])


def upload(client, rows, name="表.xlsx"):
    out, book = io.BytesIO(), Workbook()
    for row in rows:
        book.active.append(row)
    book.save(out)
    answer = client.post(at("register_import"), {"file": SimpleUploadedFile(name, out.getvalue())})
    assert answer.status_code == 302
    return answer.url


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_file_to_records_and_back(site):
    url = upload(site, [HEAD, GOOD, ["T500229-0001", "改名", *[None] * 4]])
    page = text(site, url)
    assert "必须填写" in page, "an empty required cell is a fault, not a wish to empty the field"
    url = upload(
        site,
        [HEAD[:2], ["T500229-0001", "改名"], ["T500229-0002", Outlet.objects.get(code="T500229-0002").name]],
    )
    page = text(site, url)
    assert "新增 0，修改 1，无变化 1" in page
    assert "<ins>改名</ins>" in page
    site.post(url, {"do": "all"})
    assert Outlet.objects.get(code="T500229-0001").name == "改名"
    entry = AuditEntry.objects.get(action="update", route="import")
    assert (entry.route, entry.why, entry.user.username[:12]) == ("import", "导入 表.xlsx", "plan_officer")
    assert "已写入 <b>1</b> 条" in text(site, url)
    site.post(url, {"do": "undo"})
    assert Outlet.objects.get(code="T500229-0001").name != "改名"
    assert "全部撤销" in text(site, url)
    before = AuditEntry.objects.count()
    site.post(url, {"do": "undo"})
    assert AuditEntry.objects.count() == before, "a second click does nothing"


def test_every_fault_is_listed_and_the_person_chooses(site):
    url = upload(site, [HEAD, GOOD, BAD, ["N-3", *[None] * 5]])
    page = text(site, url)
    assert "2 行有误" in page
    assert "全部写入" not in page
    assert {"C3", "B4", "C4", "D4", "E4", "F4"} <= set(re.findall(r">([A-F]\d)</td>", page))
    site.post(url, {"do": "all"})
    assert not Outlet.objects.filter(code="N-1").exists(), "all or nothing"
    back = b"".join(site.get(f"{url}file/").streaming_content)
    assert load_workbook(io.BytesIO(back)).active["C3"].comment.text.startswith("“工业”不在代码表中")
    site.post(url, {"do": "good"})
    assert Outlet.objects.filter(code__startswith="N-").values_list("code", flat=True).get() == "N-1"


def test_what_changed_meanwhile_is_shown_again_before_anything_is_written(site):
    url = upload(site, [HEAD[:2], ["T500229-0001", "改名"]])
    other = Outlet.objects.get(code="T500229-0001")
    other.name = "别人改的"
    records.save(other, records.SYSTEM)
    site.post(url, {"do": "all"})
    assert Outlet.objects.get(code="T500229-0001").name == "别人改的"
    page = text(site, url)
    assert "预检之后台账有变动" in page
    assert "<del>别人改的</del>" in page
    site.post(url, {"do": "all"})
    assert Outlet.objects.get(code="T500229-0001").name == "改名"


def test_files_that_cannot_be_read_say_why(site):
    for name, data, said in (
        ("a.xlsx", b"PK\x03\x04", "打不开"), ("a.xls", b"x", "旧版"), ("a.csv", "甲,乙\n1,2".encode(), "找不到表头"),
        ("a.csv", "排污口编码,名称\n".encode(), "只有表头"),
    ):  # fmt: skip
        answer = site.post(at("register_import"), {"file": SimpleUploadedFile(name, data)})
        assert said in text(site, answer.url)
    for file in ({}, {"file": SimpleUploadedFile("a.pdf", b"x")}):
        assert site.post(at("register_import"), file, follow=True).redirect_chain[-1][0] == at(
            "register_import"
        )


def test_an_interrupted_job_says_so_and_nothing_is_half_done(site):
    url = upload(site, [HEAD, GOOD])
    path = jobs._root() / url.rstrip("/").split("/")[-1]

    def at_work(phase, **more):
        facts = json.loads((path / "job.json").read_text())
        (path / "job.json").write_text(json.dumps(facts | {"phase": phase, "total": 5, "done": 2} | more))

    at_work("writing", change_set="0" * 32)
    with (path / "lock").open("w") as held:  # as long as somebody works on it, it goes on
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "hx-trigger" in text(site, url)
        assert "2</b> / " in text(site, url)
        site.post(url, {"do": "all"})
        assert not Outlet.objects.filter(code="N-1").exists(), "a second worker does not begin"
    assert "一行也没有写入" in text(site, url)
    site.post(url, {"do": "all"})
    assert Outlet.objects.filter(code="N-1").exists()
    done = json.loads((path / "job.json").read_text())["change_set"]
    at_work("writing", change_set=done)
    assert "已写入" in text(site, url), "committed before the end: it stands as a whole"
    at_work("undoing")
    assert "什么也没有撤销" in text(site, url)
    at_work("checking", seen="")
    assert "请重新上传" in text(site, url)


def test_a_step_chosen_on_a_page_that_no_longer_holds_is_not_begun(site):
    """Two requests read the same job; the second begins when the first has ended."""
    url = upload(site, [HEAD, GOOD])
    id = url.rstrip("/").split("/")[-1]
    first, second = jobs._load(id), jobs._load(id)
    assert jobs.begin(first, "checking", jobs.write(good_rows=False))
    assert not jobs.begin(second, "checking", jobs.write(good_rows=False))
    kept = jobs._load(id)
    assert (kept.phase, kept.written, kept.change_set) == ("done", 1, first.change_set)
    assert "撤销这次导入" in text(site, url)
    assert jobs.begin(kept, "undoing", jobs.take_back), "the lock was let go"
    assert jobs._load(id).phase == "undone"


def test_an_error_nobody_expected_is_said_and_leaves_nothing(site, monkeypatch):
    url = upload(site, [HEAD, GOOD])

    def broken(*args, **more):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(jobs.records, "save_many", broken)
    site.post(url, {"do": "all"})
    page = text(site, url)
    assert "什么也没有写入" in page
    assert "disk" not in page
    assert not Outlet.objects.filter(code="N-1").exists()


def test_jobs_are_private_and_go_after_a_week(site, client, person):
    url = upload(site, [HEAD, GOOD])
    folder = jobs._root() / url.rstrip("/").split("/")[-1]
    client.force_login(person("plan_officer", "500229"))
    assert client.get(url).status_code == 404
    assert client.get(f"{url}file/").status_code == 404
    assert client.get(at("register_import_job", "..")).status_code == 404
    old = time.time() - jobs.KEPT.total_seconds() - 60
    os.utime(folder, (old, old))
    upload(client, [HEAD, GOOD])
    assert not folder.exists()


@pytest.mark.parametrize(
    ("role", "status"), [("auditor", 403), ("leader", 403), ("unit", 200), ("monitoring", 200)]
)
def test_only_who_may_write_may_import(role, status, site, client, person):
    client.force_login(person(role, "500229"))
    assert client.get(at("register_import")).status_code == status
    assert client.get(at("register_template")).status_code == status


def test_a_hidden_field_gives_no_answer_to_a_guess(site, client, person):
    hidden = Outlet.objects.get(code="T500229-0001")
    hidden.sources = "秘密溯源"
    records.save(hidden, records.SYSTEM)
    client.force_login(person("unit", "500229"))
    said = []
    for guess in ("秘密溯源", "别的"):
        page = text(client, upload(client, [["排污口编码", "溯源结论"], ["T500229-0001", guess]]))
        said.append(re.findall(r"<td>(没有权限查看这一项.*?)</td>", page))
        assert "秘密溯源" not in page
    assert said[0] == said[1] != []


@pytest.mark.parametrize("code", sorted(REGISTERS))
def test_every_register_comes_out_and_goes_in_again(code, load, client, person):
    load(get(code))
    client.force_login(person("admin", "500229"))
    for form in ("xlsx", "csv"):
        data = b"".join(client.get(at("register_export", form, code=code) + "?all=1").streaming_content)
        url = client.post(
            at("register_import", code=code), {"file": SimpleUploadedFile(f"a.{form}", data)}
        ).url
        rows = get(code).model.objects.filter(county__code="500229").count()
        wanted = f"新增 0，修改 0，无变化 {rows}" if rows else "只有表头"
        assert wanted in text(client, url)
    answer = client.get(at("register_template", code=code))
    assert load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0].max_column > 3


def test_an_export_holds_what_the_list_shows(site):
    wanted = Outlet.objects.filter(county__code="500229").first()
    data = b"".join(
        site.get(at("register_export", "csv") + f"?q={wanted.code}&col=name&sort=-code").streaming_content
    )
    note, head, *rows = data.decode("utf-8-sig").splitlines()
    assert "共 1 条" in note
    assert ("模拟数据" in note) == wanted.synthetic
    assert head == "排污口编码,名称"
    assert rows == [f"{wanted.code},{wanted.name}"]
    assert site.get(at("register_export", "pdf")).status_code == 404
    noted = AuditEntry.objects.get(action="export", model="water.Outlet")
    assert noted.after == {"rows": 1, "q": wanted.code, "columns": ["code", "name"]}


def test_the_note_of_an_export_says_which_records_left(site):
    """An auditor can ask for the same again: words, filters, ranges; what no field answers to is not kept."""
    query = "?all=1&state=整治中&state=待验收&plan_end_to=2026-12-31&nonsense=x&q="
    assert site.get(at("register_export", "csv") + query).status_code == 200
    noted = AuditEntry.objects.get(action="export", model="water.Outlet").after
    assert noted.pop("rows") >= 0
    assert noted == {"filters": {"state": ["整治中", "待验收"]}, "ranges": {"plan_end": ["", "2026-12-31"]}}


def test_sensitive_values_a_dry_run_shows_are_noted_once(site, client, person):
    shown, other = Outlet.objects.filter(county__code="500229").order_by("code")[:2]
    for record in (shown, other):
        record.sources = "秘密溯源"
        records.save(record, records.SYSTEM)
    rows = [
        ["排污口编码", "名称", "溯源结论"],
        [shown.code, shown.name, "改了"],
        [other.code, "改名", "秘密溯源"],
    ]
    upload(client, [rows[0][:2], [other.code, "改名"]])
    assert not AuditEntry.objects.filter(action="read").exists(), "nothing sensitive was shown"
    client.force_login(officer := person("admin", "500229"))
    url = upload(client, rows)
    assert "<del>秘密溯源</del>" in text(client, url)
    assert text(client, f"{url}?show=update")
    noted = AuditEntry.objects.get(action="read", user=officer)
    assert (noted.model, noted.key, noted.after) == ("water.Outlet", "500229", {"ids": [shown.pk]})
    client.force_login(person("unit", "500229"))
    upload(client, rows)
    assert AuditEntry.objects.filter(action="read").count() == 1, "who may not see them read nothing"
