from .attachments import Attachment, SavedView
from .audit import AuditEntry, AuditHead
from .orgs import Grant, Org, User
from .periods import LateReport, PeriodUnlock, ReportingPeriod
from .record import Drawn, Placed, Record, county_of
from .tokens import ApiToken

__all__ = [
    "ApiToken",
    "Attachment",
    "AuditEntry",
    "AuditHead",
    "Drawn",
    "Grant",
    "LateReport",
    "Org",
    "PeriodUnlock",
    "Placed",
    "Record",
    "ReportingPeriod",
    "SavedView",
    "User",
    "county_of",
]
