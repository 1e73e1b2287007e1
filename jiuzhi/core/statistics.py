"""What the database knows of its own tables, by which it chooses an index. PostgreSQL keeps this by itself; SQLite has to be asked."""

from django.db import connection

_ROWS = 1000  # looked at for each index: milliseconds, whatever the table's size


def refresh() -> None:
    """Let SQLite look at its tables again. Safe to repeat; nothing else changes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={_ROWS}")
            cursor.execute("ANALYZE")
