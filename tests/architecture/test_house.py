"""The rules of the house that a tool can check."""

import ast
import re
import subprocess
from importlib import resources
from pathlib import Path

import pytest
from django.apps import apps

from jiuzhi.engine.plan import systems

ROOT = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_files_stay_readable():
    long = {
        str(p.relative_to(ROOT)): n
        for p in tracked("*.py")
        if "migrations" not in p.parts and (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_the_project_speaks_of_itself_alone():
    """No path of one machine, no registry host, no addressed download in a lock."""
    forbidden = re.compile(
        r"(?<![\w.])/(?:work|root|home)/|pypi\.org|files\.pythonhosted|registry\.npmjs|--index-url|--find-links"
    )
    for path in tracked("*.py", "*.md", "*.toml", "*.lock", "*.json", "Makefile", ".ci/*", "*.sh", ".npmrc"):
        if path == Path(__file__):
            continue
        found = forbidden.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)}: {found and found.group()}"


def test_locks_are_pinned_with_hashes():
    for path in (ROOT / "requirements").glob("*.lock"):
        entries = re.split(r"\n(?=\S)", path.read_text())
        pinned = [e for e in entries if re.match(r"[a-zA-Z0-9]", e)]
        assert pinned
        for entry in pinned:
            assert re.match(r"[\w.\-\[\],]+==\S+", entry), entry.splitlines()[0]
            assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_no_test_is_skipped_by_hand():
    """Only the missing measurement data may skip a test, in one place, and in CI that is a failure."""
    words = re.compile(r"pytest\.skip\b|mark\.skip|mark\.xfail|importorskip")
    where = [
        str(p.relative_to(ROOT))
        for p in tracked("tests/*.py")
        if p != Path(__file__) and words.search(p.read_text())
    ]
    assert where == ["tests/conftest.py"]


def _writes(tree: ast.AST) -> list[int]:
    """Lines that change records by Django's own methods."""
    found = []
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)):
        of, name = call.func.value, call.func.attr
        through_records = isinstance(of, ast.Name) and of.id == "records"
        many = (
            name in {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
            and not through_records
        )
        chosen = name in {"delete", "update"} and isinstance(of, ast.Call)  # …filter(…).delete()
        created = (
            name == "create" and isinstance(of, ast.Attribute) and of.attr in {"objects", "_default_manager"}
        )
        one = name == "save" and isinstance(of, ast.Name) and not through_records and not call.args
        if many or chosen or created or one:
            found.append(call.lineno)
    return found


def test_records_change_only_through_core_records():
    bypassed = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in tracked("jiuzhi/*.py")
        if "migrations" not in path.parts
        and path not in {ROOT / "jiuzhi" / "core" / "records.py", ROOT / "jiuzhi" / "core" / "audit.py"}
        for line in _writes(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not bypassed


def test_domain_foreign_keys_stay_inside_or_point_down():
    below = {"core", "master"}
    for config in apps.get_app_configs():
        if not config.name.startswith("jiuzhi.domains."):
            continue
        for model in config.get_models():
            for field in model._meta.get_fields():
                if field.is_relation and field.related_model and not field.auto_created:
                    target = field.related_model._meta.app_label
                    assert target in below | {config.label}, f"{model}.{field.name} → {target}"


@pytest.mark.django_db
def test_no_migration_is_missing():
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_systems_are_the_292_the_plans_name():
    listed = systems.systems()
    assert len(listed) == 292
    assert [s.id for s in listed] == [f"SYS-{n:03d}" for n in range(1, 293)]
    assert sum(len(s.seeds) == 2 for s in listed) == 173


def test_everything_declared_serves_a_known_system():
    served = systems.served()
    assert served["SYS-001"]
    assert all(v.title and v.code for servings in served.values() for v in servings)


def test_an_unknown_system_is_refused(monkeypatch):
    monkeypatch.setattr(systems, "_contributors", [lambda: [("SYS-999", systems.Serving("x", "x.y", "z"))]])
    with pytest.raises(ValueError, match="SYS-999"):
        systems.served()


def test_packaged_tables_are_readable_csv():
    import csv

    folder = resources.files("jiuzhi.science.standards").joinpath("tables")
    tables = [t for t in folder.iterdir() if t.name.endswith(".csv")]
    assert tables
    for table in tables:
        rows = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines()))
        assert len({len(r) for r in rows}) == 1, table.name


def test_dependencies_are_explained():
    """Each direct dependency earns its place in docs/dependencies.md."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [
        *project["dependencies"],
        *(d for group in project["optional-dependencies"].values() for d in group),
    ]
    text = (ROOT / "docs" / "dependencies.md").read_text().lower()
    for dependency in named:
        name = re.match(r"[A-Za-z0-9_.\-]+", dependency).group().lower()
        assert f"`{name}`" in text, name
