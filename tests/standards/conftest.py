import ibis
import pytest


@pytest.fixture(scope="module")
def duck():
    """A DuckDB in memory."""
    return ibis.duckdb.connect()
