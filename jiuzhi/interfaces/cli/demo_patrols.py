"""Patrol duties of the demo and simulated walks, marked as such; a repeated call adds nothing."""

from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, User
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.patrol import work
from jiuzhi.engine.patrol.models import Duty

DUTIES = [
    ("演示-1", "任河城区段", "河长", "县", "week"), ("演示-2", "牧龙河下段", "河长", "乡", "week"),
    ("演示-3", "城区小微水体", "其他", "村", "month"),
]  # fmt: skip
WALKS = 4


def make(as_of: date) -> None:
    """Make the duties of 城口 and a month of walks of the first."""
    org, chief = (
        Org.objects.filter(code="500229-县水利局").first(),
        User.objects.filter(username="hezhang").first(),
    )
    if org is None or chief is None or Duty.objects.filter(org=org, code__startswith="演示").exists():
        return
    made = []
    for code, name, kind, level, unit in DUTIES:
        duty = Duty(
            code=code, name=name, kind=kind, level=level, unit=unit, org=org, valid_from=as_of - timedelta(days=60), synthetic=True,
        )  # fmt: skip
        records.save(duty, SYSTEM, "演示用巡查任务")
        made.append(duty)
    for week in range(1, WALKS + 1):
        begun = datetime.combine(as_of - timedelta(days=7 * week), time(9), LOCAL)
        start, still = begun.timestamp(), week == 2  # one of them never moved: 存疑
        track = [
            [start + 15 * n, 108.66 + (0 if still else 0.00012 * n + 0.00002 * ((n * week) % 5)), 31.946 + (0 if still else 0.00003 * n),
             4 + (n * week) % 6]
            for n in range(60)
        ]  # fmt: skip
        given = {
            "uuid": str(uuid5(NAMESPACE_URL, f"jiuzhi-demo-{begun:%F}")), "duty": made[0].pk, "started": start,
            "ended": start + 900, "track": track, "note": "模拟巡查",
        }  # fmt: skip
        work.take_patrol(chief, given, begun + timedelta(hours=1))
