"""Readings as stations send them, and taking them into the lake."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from jiuzhi.engine.observe.decoding import Reading, plain
from jiuzhi.engine.observe.drain import drain

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


def report(station: str, item: str, kind: str, *values: tuple[datetime, str | None], **more: object) -> None:
    """Values of one property as the gateway hands them over, taken into the lake. more: qualifier, flag, synthetic."""
    take(
        [
            Reading(station, item, kind, moment, None if text is None else Decimal(text), **more)
            for moment, text in values
        ]
    )
