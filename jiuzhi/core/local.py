"""Local time, once for everybody. A day of the plan, of a limit or of a report is a day in China, whatever the machine's own zone."""

from datetime import date, datetime, timedelta, timezone

LOCAL = timezone(timedelta(hours=8))  # Asia/Shanghai has kept UTC+8 without summer time since 1991


def today() -> date:
    """The local day now. For the edges only: a calculation takes its day as an argument."""
    return datetime.now(LOCAL).date()
