"""Commands say what they did, give JSON to scripts, and answer a mistake with one sentence and exit code 2."""

import json
from datetime import UTC, date, datetime

import pytest
from typer.testing import CliRunner

from jiuzhi.core.models import AuditEntry, Grant, Org, User
from jiuzhi.engine.indicators.models import Judgement
from jiuzhi.engine.plan.models import Commitment, Plan
from jiuzhi.interfaces.cli.main import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    return Org.objects.create(code="500229", name="城口县", kind="county", parent=city)


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words])


def wrong(*words):
    """The one sentence a mistake is answered with."""
    done = run(*words)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    return done.output.strip()


def test_systems_for_scripts():
    rows = json.loads(run("systems", "--json").stdout)
    assert len(rows) == 292
    assert {"id", "name", "domain", "served_by"} <= set(rows[0])
    assert "plan.tracking" in next(r for r in rows if r["id"] == "SYS-001")["served_by"]


def test_systems_stand_under_their_own_heads(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    lines = run("systems", "--served").stdout.splitlines()
    heads = next(line for line in lines if "进展" in line)
    first = next(line for line in lines if "SYS-001" in line)
    assert [c.strip() for c in heads.strip("┃").split("┃")] == ["进展", "编号", "名称", "领域", "支持它的"]
    cells = [c.strip() for c in first.strip("│").split("│")]
    assert cells[0].endswith("可用")
    assert cells[1] == "SYS-001"
    assert "规划跟踪" in cells[4]


def test_systems_of_an_unknown_domain():
    assert "治月" in wrong("systems", "--domain", "治月")


def test_user_add_and_again(county):
    done = run(
        "user",
        "add",
        "zhang",
        "--name",
        "张三",
        "--role",
        "plan_officer",
        "--org",
        "城口县",
        "--password",
        "jiuzhi-2026",
    )
    assert done.exit_code == 0, done.output
    user = User.objects.get(username="zhang")
    assert user.check_password("jiuzhi-2026")
    assert Grant.objects.get(user=user).org == county
    assert AuditEntry.objects.filter(route="cli", model="core.User").exists()


@pytest.mark.parametrize(
    ("role", "org", "password", "said"),
    [
        ("king", "500229", "jiuzhi-2026", "没有角色“king”"),
        ("auditor", "月球", "jiuzhi-2026", "没有单位“月球”"),
        ("auditor", "500229", "short", "至少 8 位"),
    ],
)
def test_user_add_mistakes(county, role, org, password, said):
    assert said in wrong("user", "add", "li", "--role", role, "--org", org, "--password", password)
    assert not User.objects.exists()


def test_grants_come_and_go(county):
    words = ("li", "--role", "auditor", "--org", "500229")
    assert run("user", "add", *words, "--password", "jiuzhi-2026").exit_code == 0
    assert "已经有了" in wrong("user", "add", *words, "--password", "jiuzhi-2027")
    assert run("user", "grant", "li", "--role", "leader", "--org", "城口县").exit_code == 0
    assert run("user", "revoke", *words).exit_code == 0
    assert [g.role for g in Grant.objects.all()] == ["leader"]
    assert "没有“审计”这项授权" in wrong("user", "revoke", *words)
    assert run("user", "password", "li", "--password", "jiuzhi-2028").exit_code == 0
    assert User.objects.get().check_password("jiuzhi-2028")
    assert "没有用户“wang”" in wrong("user", "password", "wang", "--password", "jiuzhi-2028")


def test_systems_table_has_a_cell_for_every_heading(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    line = next(line for line in run("systems", "--served").stdout.splitlines() if "SYS-001" in line)
    assert [c.strip() for c in line.split("│")[1:4]] == [
        "◐ 部分可用",
        "SYS-001",
        "规划跟踪调度与实施评估系统",
    ]


def test_status_before_anything_is_loaded():
    assert "jiuzhi plan load" in wrong("plan", "status", "--county", "500229")


def test_status_looks_back_to_what_was_judged_then(county):
    plan = Plan.objects.create(
        county=county, title="城口县规划", status="final", version=1, period_start=2026, period_end=2030,
        document_name="规划.docx", sha256="0" * 64, loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    target = Commitment.objects.create(
        plan=plan, code="C1", name="森林覆盖率", kind="target", value=60, year=2030
    )
    for day, state in ((date(2026, 6, 30), "late"), (date(2026, 9, 30), "met")):
        Judgement.objects.create(commitment=target, as_of=day, state=state, reason="。", value=59)
    asked = ("plan", "status", "--county", "500229", "--json")
    assert json.loads(run(*asked).stdout)["as_of"] == "2026-09-30"
    then = json.loads(run(*asked, "--as-of", "2026-08-01").stdout)
    assert (then["as_of"], then["rows"][0]["state"]) == ("2026-06-30", "late")
    assert "还没有研判过" in wrong(*asked, "--as-of", "2020-01-01")


def test_judge_before_anything_is_loaded():
    assert "jiuzhi plan load" in wrong("judge")


def test_load_of_a_missing_folder(tmp_path):
    assert "找不到规划包文件夹" in wrong("plan", "load", tmp_path / "nowhere")


def test_observe_quality_sums_up_a_month(county):
    from decimal import Decimal

    from jiuzhi.engine.observe.decoding import Reading, plain
    from jiuzhi.engine.observe.drain import drain
    from jiuzhi.master.models import Station

    assert "还没有数据" in wrong("observe", "quality")
    Station.objects.create(code="A1", name="县城站", kind="air", level="county", county=county)
    at = datetime(2026, 10, 14, tzinfo=UTC)
    plain.put(
        [
            Reading("A1", "PM2.5", "hour", at, Decimal(700), synthetic=True),
            Reading("A1", "SO2", "hour", at, Decimal(7)),
        ]
    )
    drain()
    said = json.loads(run("observe", "quality", "--month", "2026-10", "--county", "500229", "--json").stdout)
    assert said["flags"] == {"可疑": 1, "不合格": 0, "空值": 0}
    assert said["checks"] == [{"check": "range", "property": "PM2.5", "values": 1}]
    assert said["capture"]["received"] == 2
    assert said["synthetic"] is True
    printed = run("observe", "quality").stdout
    assert "超出范围" in printed
    assert "含模拟数据" in printed
    assert "2026-10" in wrong("observe", "quality", "--month", "2019-01")
