from .audit import AuditEntry
from .orgs import Grant, Org, User

__all__ = ["AuditEntry", "Grant", "Org", "User"]
