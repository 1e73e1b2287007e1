"""The database's own knowledge of its tables."""

import pytest
from django.db import connection

from jiuzhi.core import statistics
from jiuzhi.core.models import Org


@pytest.mark.django_db
def test_sqlite_learns_how_its_indexes_stand():
    Org.objects.bulk_create(Org(code=f"{n}", name="x", kind="other", path=f"{n}/") for n in range(50))
    statistics.refresh()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'core_org'")
            assert cursor.fetchone()[0] > 0
    assert Org.objects.count() == 50
