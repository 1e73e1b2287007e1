"""List, filter and search pages of one register with 100,000 records: latency as the server answers one request after another,
queries a page, for the county's administrator and for one township.

Each request asks for something that no request before it asked for, so that counts are made anew; "after a change" also makes the
reference filters anew. A process and a database of its own, SQLite as `jiuzhi serve` uses it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from .registers_exchange import COUNTY, WATERS, _scene
from .testdata import ROOT

RECORDS, REQUESTS = 100_000, 40
AIM, CEILING = 0.25, 12  # p95 [s], queries a page
_PAGE = f"/county/{COUNTY}/registers/water.outlet/"


def _fill(county: Any) -> None:
    """Outlets spread over units, waters, classes and states."""
    from jiuzhi.core.models import Org
    from jiuzhi.core.registers import get
    from jiuzhi.master.models import WaterBody

    register = get("water.outlet")
    units, waters = list(Org.objects.filter(parent=county)), list(WaterBody.objects.all())
    kinds, states = register.fields["class1"].choices, register.fields["state"].choices

    def made(n: int) -> Any:
        return register.model(
            county=county, org=units[n % len(units)], code=f"T{COUNTY}-{n:06}", name=f"第{n}号排口", class1=kinds[n * 7 % len(kinds)],
            water_body=waters[n % WATERS], bank=("左岸", "右岸")[n % 2], set_mode="登记", approved_flow=n % 977, online=n % 3 == 0,
            plan_end=date(2026, 1, 1) + timedelta(n % 700), state=states[n * 5 % len(states)], synthetic=True, revision=1,
        )  # fmt: skip

    for start in range(0, RECORDS, 2000):
        register.model.objects.bulk_create([made(n) for n in range(start, start + 2000)])


def _client(role: str, unit: Any) -> Any:
    from django.test import Client

    from jiuzhi.core.models import Grant, User

    user = User.objects.create_user(role, password="bench-only")
    Grant.objects.create(user=user, role=role, org=unit)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def _cases() -> dict[str, Callable[[int], str]]:
    """What is asked for in the n-th request of each kind."""
    return {
        "list, page after page": lambda n: f"{_PAGE}?page={n + 1}",
        "list, far pages": lambda n: f"{_PAGE}?page={RECORDS // 50 - n}",
        "filter (class, river, day, number)": lambda n: (
            f"{_PAGE}?class1=农业排口&water_body={n % WATERS + 1}&plan_end_from=2026-{n % 12 + 1:02}-01&approved_flow_to={900 - n}"
        ),
        "filter by state": lambda n: f"{_PAGE}?state=整治中&state=疑似&approved_flow_from={n}",
        "search, many hits": lambda n: f"{_PAGE}?q={n}号",
        "search, few hits": lambda n: f"{_PAGE}?q={n * 2377 % RECORDS:06}",
        "search, none": lambda n: f"{_PAGE}?q=没有{n}",
        "order by name": lambda n: f"{_PAGE}?sort=-name&page={n + 1}",
        "order by river": lambda n: f"{_PAGE}?sort=water_body&page={n + 1}",
        "search of everything": lambda n: f"/search/?q={n}号",
        "list after a change": lambda n: f"{_PAGE}?changed",
    }


def measure(
    client: Any, ask: Callable[[int], str], warm: Iterable[str], before: Callable[[str], None] = lambda address: None
) -> tuple[list[float], int]:  # fmt: skip
    """Latencies [s] of the n-th address of ``ask``, and the most queries one page made. ``warm``: addresses asked for first; ``before``: done
    before each request, unmeasured."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for page in warm:
        client.get(page)
    found, most = [], 0
    for n in range(REQUESTS):
        address = ask(n)
        before(address)
        with CaptureQueriesContext(connection) as seen:
            begin = time.perf_counter()
            answer = client.get(address)
            found.append(time.perf_counter() - begin)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        most = max(most, len(seen))
    return found, most


def line(what: str, seconds: list[float], queries: int, ceiling: int) -> tuple[str, str, str]:
    """The row of a page: p50 and p95 beside the aim, queries beside their ceiling."""
    cuts = statistics.quantiles(seconds, n=100)
    kept = cuts[94] <= AIM and queries <= ceiling
    verdict = (
        f"aims ≤ 250 ms, ≤ {ceiling} queries" if kept else f"MISSES the aims of 250 ms, {ceiling} queries"
    )
    return what, f"p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, {queries} queries", verdict


def child() -> dict[str, Any]:
    """The measurement itself, in its own process: name → (latencies, queries)."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    import jiuzhi.project.wsgi  # noqa: F401 - as the server starts

    county = _scene()
    _fill(county)
    from jiuzhi.core import records
    from jiuzhi.core.models import Org
    from jiuzhi.core.registers import get

    record = get("water.outlet").model.objects.select_related("org").first()

    def change(address: str) -> None:
        if address.endswith("?changed"):
            record.note = "乙" if record.note == "甲" else "甲"
            records.save(record, records.SYSTEM)

    people = {
        "county": _client("admin", county), "township": _client("unit", Org.objects.filter(parent=county)[3]),
    }  # fmt: skip
    return {
        f"{name}, {who}": measure(client, ask, (_PAGE, "/search/?q=" + COUNTY), change)
        for who, client in people.items()
        for name, ask in _cases().items()
    }


def rows() -> list[tuple[str, str, str]]:
    """(what, figure, note) for `make bench`."""
    with tempfile.TemporaryDirectory() as home:
        scene = os.environ | {"JIUZHI_HOME": home, "DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings"}
        code = "import django; django.setup(); import json; from bench.registers_pages import child; print(json.dumps(child()))"
        asked = subprocess.run(
            [sys.executable, "-c", code], env=scene, cwd=ROOT, check=True, capture_output=True, text=True
        )
    found = json.loads(asked.stdout.splitlines()[-1])
    what = f"register with {RECORDS:,} records"
    return [line(f"{what}: {name}", *measured, CEILING) for name, measured in found.items()]


if __name__ == "__main__":
    for row in rows():
        print("\t".join(row))
