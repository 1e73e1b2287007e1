"""A county that behaves like one: deterministic synthetic observations and reported values.

Everything made here carries ``synthetic=True`` (or says so in its note). The same county, station and year always give
the same values, and a later ``as_of`` only adds rows: it never changes earlier ones.
"""

from .counties import COUNTIES, County
from .instruments import PASSWORD, Instrument, faulty, history, instruments, message
from .observations import observations
from .reported import Promise, ReportedRow, reported_rows, reported_values, write_reported
from .stations import Station, read_stations

__all__ = [
    "COUNTIES",
    "PASSWORD",
    "County",
    "Instrument",
    "Promise",
    "ReportedRow",
    "Station",
    "faulty",
    "history",
    "instruments",
    "message",
    "observations",
    "read_stations",
    "reported_rows",
    "reported_values",
    "write_reported",
]
