"""Cases: list, search and board of a county with 200,000, as the server answers one request after another; for the county's leader and for one
township. Each request asks for something that no request before it asked for.

In a process and a database of its own: SQLite as `jiuzhi serve` uses it, and PostgreSQL too where `JIUZHI_DATABASE` names a server. A fifth of
the cases is open, over five workflows, 25 units and two years; every fifth has a unit that helps.
"""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from jiuzhi.core.local import LOCAL

from .registers_exchange import COUNTY, _scene
from .registers_pages import _client, line, measure
from .testdata import ROOT

CASES, CEILING = 200_000, 14  # queries a page
FLOWS = ("rectification", "exceedance", "patrol_finding", "complaint", "hidden_danger")
WHAT, WHERE = (
    ("河边堆渣", "污水直排", "扬尘未覆盖", "露天焚烧", "围堰养殖", "排口超标", "垃圾乱倒"),
    ("任河", "前河", "龙河", "官渡河"),
)
NOW = datetime.now(LOCAL).replace(microsecond=0)


def _fill(county: Any) -> None:
    """Cases spread over units, workflows, stages and two years; each n-th number is as old as it is high."""
    from jiuzhi.core.models import Org
    from jiuzhi.engine.cases.declare import WORKFLOWS
    from jiuzhi.engine.cases.models import Case

    units = list(Org.objects.filter(parent=county).order_by("code"))
    running = {f: [s.name for s in WORKFLOWS[f].stages if not s.closed] for f in FLOWS}
    ended = {f: [s.name for s in WORKFLOWS[f].stages if s.closed] for f in FLOWS}

    def made(n: int) -> Case:
        flow, on = FLOWS[n * 7 % 5], n * 13 % 50 < 10
        opened = NOW - timedelta(days=730) * (1 - n / CASES)
        stage = (running if on else ended)[flow]
        return Case(
            county=county, org=units[n * 11 % len(units)], code=f"{opened.year}-{n:06}", workflow=flow, stage=stage[n * 3 % len(stage)],
            title=f"{WHERE[n % 4]}{n}号{WHAT[n * 3 % 7]}", place=f"{WHERE[n % 4]}第{n % 977}段", source=("巡查", "报警", "投诉")[n % 3],
            risk="高中低"[n % 3], stage_at=opened, opened_at=opened, found_at=opened, synthetic=True, revision=1,
            due_at=NOW + timedelta(hours=n * 17 % 1900 - 400) if on and n % 8 else None, closed_at=None if on else opened + timedelta(days=n % 60),
            paused_at=opened if on and n % 41 == 0 else None,
            revisit_on=(opened + timedelta(days=180 + n % 60)).date() if not on and n % 6 == 0 else None,
        )  # fmt: skip

    for start in range(0, CASES, 2000):
        kept = Case.objects.bulk_create([made(n) for n in range(start, start + 2000)])
        helps = Case.helpers.through
        helps.objects.bulk_create(
            helps(case_id=c.pk, org_id=units[(c.pk * 3 + 1) % len(units)].pk) for c in kept[::5]
        )


def _pages() -> dict[str, Callable[[int], str]]:
    """What is asked for in the n-th request of each kind."""
    listed, board = f"/county/{COUNTY}/cases/", f"/county/{COUNTY}/cases/board/"
    last = CASES // 50  # beyond a township's last page its last one is shown
    return {
        "open ones, page after page": lambda n: f"{listed}?page={n + 1}",
        "all, page after page": lambda n: f"{listed}?due=all&page={n + 1}",
        "all, far pages": lambda n: f"{listed}?due=all&page={last - n * 5}",
        "closed, far pages": lambda n: f"{listed}?due=closed&page={last * 3 // 4 - n * 5}",
        "overdue": lambda n: f"{listed}?due=overdue&page={n % 9 + 1}&risk={quote('高中低'[n % 3])}",
        "due within three days": lambda n: f"{listed}?due=soon&workflow={FLOWS[n % 5]}&page={n // 5 + 1}",
        "to be looked at again": lambda n: f"{listed}?due=revisit&page={n + 1}",
        "mine": lambda n: f"{listed}?whose=mine&due=all&page={n + 1}",
        "my unit's": lambda n: f"{listed}?whose=unit&page={n + 1}",
        "one unit, stage and workflow": lambda n: (
            f"{listed}?unit={COUNTY}{n % 25:03}&workflow=rectification&stage={quote('整改')}&page={n // 25 + 1}"
        ),
        "one unit, all": lambda n: f"{listed}?unit={COUNTY}{n % 25:03}&due=all&page={n + 1}",
        "search, open, many hits": lambda n: f"{listed}?q={quote('堆渣')}&page={n + 1}",
        "search, all, many hits": lambda n: f"{listed}?q={quote('任河 堆渣')}&due=all&page={n + 1}",
        "search, all, by number": lambda n: f"{listed}?q={n * 4999 % CASES:06}&due=all",
        "search, all, none": lambda n: f"{listed}?q={quote('没有')}{n}&due=all",
        "board": lambda n: f"{board}?workflow={FLOWS[n % 5]}&n={n}",
    }


def child() -> dict[str, Any]:
    """The measurement itself, in its own process: name → (latencies, queries)."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    import jiuzhi.project.wsgi  # noqa: F401 - as the server starts

    county = _scene()
    _fill(county)
    from jiuzhi.core import statistics
    from jiuzhi.core.models import Org, User
    from jiuzhi.engine.cases.models import Case

    township = Org.objects.filter(parent=county).order_by("code")[3]
    people = {"leader": _client("leader", county), "township": _client("unit", township)}
    given = Case.objects.filter(
        pk__in=list(Case.objects.filter(org=township).values_list("pk", flat=True)[::20])
    )
    given.update(person=User.objects.get(username="unit"))
    statistics.refresh()  # as `jiuzhi watch` does every day
    return {
        f"{name}, {who}": measure(client, ask, [f"/county/{COUNTY}/cases/?q=x"]) for who, client in people.items() for name, ask in _pages().items()
    }  # fmt: skip


@contextmanager
def _database(url: str) -> Iterator[str]:
    """A database of its own on the server that ``url`` names."""
    import psycopg
    from psycopg import sql

    name = f"jiuzhi_bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield url.rpartition("/")[0] + f"/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(database: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        scene = os.environ | {
            "JIUZHI_HOME": home,
            "DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings",
            "JIUZHI_DATABASE": database,
        }
        code = "import django; django.setup(); import json; from bench.cases import child; print(json.dumps(child()))"
        asked = subprocess.run(
            [sys.executable, "-c", code], env=scene, cwd=ROOT, check=False, capture_output=True, text=True
        )  # fmt: skip
    if asked.returncode:
        raise RuntimeError(asked.stderr.strip().splitlines()[-1])
    return json.loads(asked.stdout.splitlines()[-1])


def rows() -> list[tuple[str, str, str]]:
    """(what, figure, note) for `make bench`."""
    what = f"{CASES:,} cases"
    found = [line(f"{what}: {name}, SQLite", *measured, CEILING) for name, measured in _run("").items()]
    if server := os.environ.get("JIUZHI_DATABASE", ""):
        with _database(server) as database:
            measured_there = _run(database).items()
        found += [
            line(f"{what}: {name}, PostgreSQL", *measured, CEILING) for name, measured in measured_there
        ]
    return found


if __name__ == "__main__":
    for row in rows():
        print("\t".join(row))
