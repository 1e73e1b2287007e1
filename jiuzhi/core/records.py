"""The one way in: every change of a record passes here and leaves an audit row.

Bulk loads (a plan pack, a month of computed values) use ``change_set``: one audit row says what was replaced by what. The bulk
functions refuse to work outside one.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from .models import AuditEntry, User


@dataclass(frozen=True)
class Actor:
    """Who acts and by which route. ``user`` is None only for the system's own jobs."""

    user: User | None
    route: str = "web"  # web, cli, job, import


SYSTEM = Actor(None, "job")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, models.fields.files.FieldFile):
        return value.name
    return value


def snapshot(record: models.Model) -> dict[str, Any]:
    """The stored fields of a record as plain JSON values."""
    return {f.attname: _plain(getattr(record, f.attname)) for f in record._meta.concrete_fields}


def _masked(fields: dict[str, Any] | None) -> dict[str, Any] | None:
    """The audit says that a secret changed, never what it was (hashes included)."""
    return fields and {k: "（不记录）" if k == "password" else v for k, v in fields.items()}


def _log(actor: Actor, action: str, model: str, key: str, why: str, before: Any, after: Any) -> None:
    AuditEntry.objects.create(
        at=timezone.now(), user=actor.user, route=actor.route, why=why, action=action,
        model=model, key=key, before=_masked(before), after=_masked(after),
    )  # fmt: skip


def save(record: models.Model, actor: Actor, why: str = "") -> bool:
    """Create or update ``record``. Returns False, and writes nothing, when nothing changed.

    Errors: ``ValidationError`` when a field does not fit.
    """
    with transaction.atomic():
        manager = type(record)._default_manager
        # Locked, so that "before" is what this change really replaced.
        old = manager.select_for_update().filter(pk=record.pk).first() if record.pk else None
        before = snapshot(old) if old else None
        record.full_clean()
        if before is not None and before == snapshot(record):
            return False
        record.save()
        _log(
            actor,
            "update" if before else "create",
            record._meta.label,
            str(record.pk),
            why,
            before,
            snapshot(record),
        )
        return True


def delete(record: models.Model, actor: Actor, why: str) -> None:
    """Delete ``record``; a reason is required."""
    if not why.strip():
        raise ValidationError("删除需要写明原因。")
    with transaction.atomic():
        before = snapshot(record)
        key = str(record.pk)
        record.delete()
        _log(actor, "delete", record._meta.label, key, why, before, None)


@contextmanager
def change_set(actor: Actor, model: type[models.Model], key: str, why: str) -> Iterator[dict[str, Any]]:
    """A bulk change in one transaction with one audit row; the block puts counts or facts into the dict it is given."""
    facts: dict[str, Any] = {}
    token = _audited.set(True)
    try:
        with transaction.atomic():
            yield facts
            _log(actor, "update", model._meta.label, key, why, None, facts)
    finally:
        _audited.reset(token)


_audited: ContextVar[bool] = ContextVar("inside a change_set", default=False)


def _inside() -> None:
    if not _audited.get():
        raise RuntimeError("a bulk change needs a change_set around it: without one it leaves no audit row")


def bulk_create(rows: Iterable[models.Model], batch: int = 500) -> int:
    """Insert many rows inside a ``change_set``. Returns how many. Errors: ``RuntimeError`` outside one."""
    _inside()
    listed = list(rows)
    if listed:
        type(listed[0])._default_manager.bulk_create(listed, batch_size=batch)
    return len(listed)


def bulk_update(rows: Iterable[models.Model], fields: list[str], batch: int = 500) -> int:
    """Write ``fields`` of many rows inside a ``change_set``. Returns how many. Errors: ``RuntimeError`` outside one."""
    _inside()
    listed = list(rows)
    if listed:
        type(listed[0])._default_manager.bulk_update(listed, fields, batch_size=batch)
    return len(listed)


def bulk_delete(rows: models.QuerySet[Any]) -> int:
    """Delete what ``rows`` selects inside a ``change_set``. Returns how many, with what hung on them. Errors: ``RuntimeError``
    outside one."""
    _inside()
    return rows.delete()[0]
