"""Readings as stations send them, and taking them into the lake."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from jiuzhi.engine.observe.decoding import Reading, plain
from jiuzhi.engine.observe.drain import drain

START = datetime(2026, 10, 13, 16, tzinfo=UTC)  # 00:00 of the 14th in China
SIX = {"PM2.5": "30", "PM10": "50", "SO2": "8", "NO2": "20", "CO": "0.5", "O3": "90"}


def hours(day: date, station: str = "A1", count: int = 24, **values: str) -> list[Reading]:
    """One value per hour of a local day, the first ``count`` hours."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    return [
        Reading(station, item, "hour", start + timedelta(hours=n), Decimal(value))
        for item, value in (SIX | {name.replace("_", "."): value for name, value in values.items()}).items()
        for n in range(count)
    ]


def sample(station: str, moment: datetime, kind: str = "sample", **values: str) -> list[Reading]:
    found = []
    for item, text in values.items():
        limit = text.removesuffix("L")
        found.append(
            Reading(
                station, item, kind, moment, Decimal(limit), qualifier="<" if limit != text else "", raw=text
            )
        )
    return found


def take(*messages: list[Reading]) -> None:
    for part in messages:
        plain.put(part)
    drain()


def run(values, prop="PM2.5", station="A1", kind="hour", start=START, step=3600, **more):
    """One reading per value from ``start`` on; "7L" carries its mark, None is an empty value."""
    made = []
    for n, value in enumerate(values):
        text = "" if value is None else str(value).removesuffix("L")
        qualifier = "<" if text != str(value) and value is not None else ""
        made.append(
            Reading(
                station, prop, kind, start + timedelta(seconds=step * n), Decimal(text) if text else None,
                **{"qualifier": qualifier} | more,
            )
        )  # fmt: skip
    return made


def wave(n=24, level=30):
    """Values that never stand still and never jump."""
    return [level + (7 * k) % 5 + k % 3 for k in range(n)]


def report(station: str, item: str, kind: str, *values: tuple[datetime, str | None], **more: object) -> None:
    """Values of one property as the gateway hands them over, taken into the lake. more: qualifier, flag, synthetic."""
    take(
        [
            Reading(station, item, kind, moment, None if text is None else Decimal(text), **more)
            for moment, text in values
        ]
    )
