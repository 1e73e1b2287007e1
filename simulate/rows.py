"""Observations in the lake's long form, built column by column."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SCALE = 6
SCHEMA = pa.schema(
    [
        ("station", pa.string()),
        ("property", pa.string()),
        ("kind", pa.string()),
        ("time", pa.timestamp("us", tz="UTC")),
        ("day", pa.date32()),
        ("value", pa.decimal128(18, SCALE)),
        ("unit", pa.string()),
        ("qualifier", pa.string()),
        ("raw", pa.string()),
        ("flag", pa.int8()),
        ("batch", pa.string()),
        ("synthetic", pa.bool_()),
        ("month", pa.string()),
    ]
)


def decimals(units: np.ndarray, digits: int, precision: int, scale: int) -> pa.Array:
    """Scaled integers (value × 10^digits) as decimal128, without passing through text or float."""
    low = units.astype(np.int64) * 10 ** (scale - digits)
    words = np.empty((len(low), 2), np.int64)
    words[:, 0], words[:, 1] = low, np.where(low < 0, -1, 0)
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(low), [None, pa.py_buffer(words)])


def _repeat(value: str, n: int) -> pa.Array:
    return pa.array([value]).take(pa.array(np.zeros(n, np.int64)))


def table(
    *,
    station: str,
    name: str,
    kind: str,
    time: np.ndarray,
    units: np.ndarray,
    digits: int,
    unit: str,
    batch: str,
    month: str,
    empty: np.ndarray | None = None,
    flag: np.ndarray | None = None,
    detection: int = 0,
    shown_limit: str = "",
) -> pa.Table:
    """Rows of one station and property.

    time: int64 seconds since 1970 UTC; units: value × 10^digits; empty: rows whose value is missing;
    detection: units below which the laboratory reports the limit with "L" (0 = none), printed as ``shown_limit``.
    """
    n = len(time)
    below = units < detection
    shown = np.where(below, detection, units) if detection else units
    value = decimals(shown, digits, 18, SCALE)
    raw = pc.cast(decimals(shown, digits, 18, digits), pa.string())
    if detection and below.any():
        raw = pc.if_else(pa.array(below), shown_limit + "L", raw)
    if empty is not None and empty.any():
        mask = pa.array(empty)
        value, raw = pc.if_else(mask, None, value), pc.if_else(mask, "—", raw)
        below = below & ~empty
    local_days = ((time + 8 * 3600) // 86400).astype(np.int32)
    columns = {
        "station": _repeat(station, n),
        "property": _repeat(name, n),
        "kind": _repeat(kind, n),
        "time": pa.array(time * 1_000_000).cast(pa.timestamp("us", tz="UTC")),
        "day": pa.array(local_days).cast(pa.date32()),
        "value": value.cast(pa.decimal128(18, SCALE)),
        "unit": _repeat(unit, n),
        "qualifier": pc.if_else(pa.array(below), "<", "") if detection else _repeat("", n),
        "raw": raw,
        "flag": pa.array(np.zeros(n, np.int8) if flag is None else np.where(flag, 2, 0).astype(np.int8)),
        "batch": _repeat(batch, n),
        "synthetic": pa.array(np.ones(n, bool)),
        "month": _repeat(month, n),
    }
    return pa.table(columns, schema=SCHEMA)
