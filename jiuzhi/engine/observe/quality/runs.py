"""Values in a row of which the checks said the same: a person looks at them, and decides on them, together."""

from __future__ import annotations

import pyarrow as pa

from .. import delta
from .declare import STEPS

_ALIKE = ("station", "property", "kind", "flag", "checks", "verdict", "used")
_LOOSE = 1200  # seconds between two values of a kind without a fixed step


def runs(table: pa.Table) -> pa.Table:
    """Rows of ``quality`` joined into runs, newest first.

    Columns: station, property, kind, flag, checks, verdict, used, unit, qualifier, synthetic; start and end (time of the first
    and the last value), values (how many), low and high (smallest and largest), revision (of the only value, else null).
    """
    known = " ".join(f"WHEN '{kind}' THEN {step}" for kind, step in STEPS.items() if step)
    line = "PARTITION BY station, property, kind ORDER BY time"
    other = " OR ".join(f"lag({name}) OVER ({line}) IS DISTINCT FROM {name}" for name in _ALIKE)
    with delta.connect() as session:
        session.register("lent", table)
        session.execute("CREATE OR REPLACE TEMP TABLE flagged AS SELECT * FROM lent")
        session.unregister("lent")
        return session.execute(f"""
            WITH marked AS (
                SELECT *, ({other} OR kind = 'sample'
                           OR epoch(time) - epoch(lag(time) OVER ({line})) > CASE kind {known} ELSE {_LOOSE} END)::INTEGER AS new
                FROM flagged),
            counted AS (SELECT *, sum(new) OVER ({line}) AS run FROM marked)
            SELECT {", ".join(_ALIKE)}, any_value(unit) AS unit, any_value(qualifier) AS qualifier,
                   bool_or(synthetic) AS synthetic, min(time) AS start, max(time) AS end, count(*) AS values, min(value) AS low,
                   max(value) AS high, CASE WHEN count(*) = 1 THEN max(revision) END AS revision
            FROM counted GROUP BY {", ".join(_ALIKE)}, run ORDER BY max(time) DESC, station, property, kind""").to_arrow_table()
