"""The chain holds when several processes write at once, and any altered byte, row or tail shows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jiuzhi.core import audit, records
from jiuzhi.core.models import AuditEntry, Org, User

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from jiuzhi.interfaces.cli import setup
setup.django()
from jiuzhi.core import audit, records
from jiuzhi.core.models import Org
if sys.argv[1] == "verify":
    print(*audit.verify())
else:
    for n in range(25):
        records.save(Org(code=f"{sys.argv[1]}-{n}", name="单位", kind="other"), records.SYSTEM, "并发")
"""


def test_processes_that_write_at_once_make_one_chain(tmp_path):
    scene = os.environ | {"JIUZHI_HOME": str(tmp_path), "JIUZHI_DATABASE": ""}

    def start(word):
        return subprocess.Popen(
            [sys.executable, "-c", WRITER, word], cwd=ROOT, env=scene, stdout=subprocess.PIPE, text=True
        )

    for writer in [start(name) for name in "abc"]:
        assert writer.wait(60) == 0
    said, _ = start("verify").communicate(timeout=60)
    assert said.split() == ["75"]


@pytest.fixture
def chain(db):
    for n in range(4):
        records.save(Org(code=f"o{n}", name=f"单位{n}", kind="other"), records.SYSTEM, "登记")
    assert audit.verify() == (4, "")


@pytest.mark.parametrize(
    "field", ["route", "why", "action", "model", "key", "change_set", "after_text", "before_text", "digest"]
)
def test_one_altered_byte_shows(chain, field):
    entry = AuditEntry.objects.order_by("id")[2]
    held = getattr(entry, field)
    altered = "x" + held[1:] if held else "x"
    AuditEntry.objects.filter(pk=entry.pk).update(**{field: altered})
    good, fault = audit.verify()
    assert good == 2
    assert "第 3 条" in fault


def test_an_altered_person_or_time_shows(chain):
    entry = AuditEntry.objects.order_by("id")[0]
    AuditEntry.objects.filter(pk=entry.pk).update(user=User.objects.create_user("x"))
    assert audit.verify()[0] == 0


def test_a_row_taken_out_and_a_tail_cut_off_show(chain):
    ids = list(AuditEntry.objects.order_by("id").values_list("pk", flat=True))
    AuditEntry.objects.filter(pk=ids[-1]).delete()
    assert "链尾" in audit.verify()[1]
    AuditEntry.objects.filter(pk=ids[1]).delete()
    assert audit.verify()[0] == 1


def test_a_secret_is_named_never_shown(db):
    user = User(username="a")
    user.set_password("correct horse")
    records.save(user, records.SYSTEM, "新增")
    assert user.password not in AuditEntry.objects.get().after_text


@pytest.mark.parametrize(
    ("name", "secret"), [("password", True), ("key_secret", True), ("secretary", False), ("note", False)]
)
def test_what_is_a_secret_by_its_name(name, secret):
    assert audit.is_secret(name) is secret
    assert ("秘" in audit.text({name: "秘"})) is not secret
