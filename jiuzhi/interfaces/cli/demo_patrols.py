"""Patrol duties of the demo, simulated walks and what was found on one, marked as such; a repeated call adds nothing."""

import io
import random
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, User
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.patrol import work
from jiuzhi.engine.patrol.models import Duty

WATER, FOREST, TOWN = "500229-县水利局", "500229-县林业局", "500229107"
DUTIES = [
    ("演示-1", "任河城区段", "河长", "县", "week", WATER), ("演示-2", "牧龙河下段", "河长", "乡", "week", WATER),
    ("演示-3", "城区小微水体", "其他", "村", "month", WATER), ("演示-4", "九重山东坡林区", "林长", "县", "month", FOREST),
    ("演示-5", "高观镇场镇网格", "网格员", "乡", "week", TOWN),
]  # fmt: skip
WALKS = {"演示-1": (1, 2, 3, 4), "演示-2": (1, 3)}  # of which duties in which weeks before the day
STILL = ("演示-1", 2)  # one of them never moved: 存疑
FOUND = [
    ("垃圾", "桥下约两车建筑垃圾，靠近排水口（模拟）", 20), ("污水直排", "右岸一处管口有灰白色污水流出（模拟）", 42),
]  # fmt: skip
START = {"演示-1": (108.66, 31.946), "演示-2": (108.612, 31.982)}  # about where the rivers are


def make(as_of: date) -> None:
    """Make the duties of 城口 and a month of walks of the first two."""
    chief = User.objects.filter(username="hezhang").first()
    units = {o.code: o for o in Org.objects.filter(code__in=(WATER, FOREST, TOWN))}
    if WATER not in units or chief is None or Duty.objects.filter(code="演示-1").exists():
        return
    for code, name, kind, level, unit, org in DUTIES:
        if org not in units:
            continue
        duty = Duty(
            code=code, name=name, kind=kind, level=level, unit=unit, org=units[org], valid_from=as_of - timedelta(days=60), synthetic=True,
        )  # fmt: skip
        records.save(duty, SYSTEM, "演示用巡查任务")
        for week in WALKS.get(code, ()):
            _walk(duty, chief, as_of, week)


def _walk(duty: Duty, chief: User, as_of: date, week: int) -> None:
    begun = datetime.combine(
        as_of - timedelta(days=7 * week), time(9 if duty.code == "演示-1" else 14), LOCAL
    )
    start, still = begun.timestamp(), (duty.code, week) == STILL
    track = _track(start, *START[duty.code], random.Random(f"{duty.code}{week}"), still)
    number = f"jiuzhi-demo-{duty.code}-{begun:%F}"
    given = {
        "uuid": str(uuid5(NAMESPACE_URL, number)), "duty": duty.pk, "started": start, "ended": start + 900, "track": track,
        "note": "模拟巡查",
    }  # fmt: skip
    received = begun + timedelta(hours=1)
    if (duty.code, week) == ("演示-1", 1):
        for kind, words, at in FOUND:
            _find(duty, chief, received, given["uuid"], kind, words, track[at])
    work.take_patrol(chief, given, received)


def _track(start: float, lon: float, lat: float, chance: random.Random, still: bool) -> list[list[float]]:
    """A quarter of an hour along a river that bends, or on one spot."""
    found, turn = [], 0.0
    for n in range(60):
        found.append([start + 15 * n, round(lon, 6), round(lat, 6), float(chance.randint(4, 9))])
        turn = 0.8 * turn + chance.gauss(0, 4e-5)
        if not still:
            lon, lat = lon + 0.00012 + chance.gauss(0, 1e-5), lat + 0.00003 + turn
    return found


def _find(
    duty: Duty, chief: User, now: datetime, patrol: Any, kind: str, words: str, at: list[float]
) -> None:
    given = {
        "uuid": str(uuid5(NAMESPACE_URL, f"{patrol}{kind}")), "patrol": patrol, "duty": duty.pk, "kind": kind, "words": words,
        "at": at[0], "lon": at[1], "lat": at[2],
    }  # fmt: skip
    work.take_finding(chief, given, [_picture(kind, n) for n in range(2)], now)


def _picture(kind: str, n: int) -> SimpleUploadedFile:
    """A drawn bank and river: no photo of a real place."""
    chance = random.Random(f"{kind}{n}")
    image = Image.new("RGB", (800, 600), (198, 214, 222))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 260), (260, 190), (520, 250), (800, 180), (800, 600), (0, 600)], (104, 132, 96))
    draw.polygon([(0, 470), (800, 360), (800, 600), (0, 600)], (92, 128, 138))
    colour = (126, 110, 96) if kind == "垃圾" else (190, 194, 190)
    for _n in range(60):
        x, y = chance.gauss(380 + 40 * n, 90), chance.gauss(400, 28)
        draw.ellipse([x, y, x + chance.randint(14, 46), y + chance.randint(8, 26)], colour)
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(2)).save(out, "JPEG", quality=85)
    return SimpleUploadedFile(f"模拟照片{n + 1}.jpg", out.getvalue())
