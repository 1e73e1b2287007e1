"""Undo: a change, or a whole change set (an import), taken back through the one way in."""

from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction

from . import records
from .models import AuditEntry, Record
from .records import Actor

STEP = "办理："  # how `records.take_step` begins its reason


def undo(entries: list[AuditEntry], actor: Actor, why: str = "撤销") -> int:
    """Take changes back, the last first, all or nothing. Returns how many records changed.

    Errors: ``ValidationError`` when a record changed since, or a step of a lifecycle was taken; ``PermissionDenied``.
    """
    with transaction.atomic(), records.one_set():
        done = 0
        for entry in sorted(entries, key=lambda e: e.pk, reverse=True):
            done += _one(entry, actor, why)
        return done


def undo_set(change_set: str, actor: Actor, why: str = "撤销") -> int:
    """`undo` for every change of one change set. Errors: as `undo`; also when there is no such set."""
    entries = list(AuditEntry.objects.filter(change_set=change_set)) if change_set else []
    if not entries:
        raise ValidationError("找不到这次变更：它可能已被撤销。")
    return undo(entries, actor, why)


def _one(entry: AuditEntry, actor: Actor, why: str) -> bool:
    model = apps.get_model(entry.model)
    if not issubclass(model, Record) or entry.action not in ("create", "update", "delete"):
        raise ValidationError("这类变更不能在这里撤销。")
    if entry.why.startswith(STEP):
        raise ValidationError(f"“{entry.why}”是办理步骤，不能撤销：请办理相反的步骤。")
    current = model._default_manager.filter(pk=entry.key).first()
    found: Any = records.snapshot(current) if current else None
    if found != entry.after:
        raise ValidationError(
            f"{(entry.after and _name(model, entry)) or entry.key} 在那之后又改过，不能撤销：请直接修改。"
        )
    if entry.action == "create":
        assert current is not None
        records.delete(current, actor, why)
        return True
    restored = current or model()
    for name, value in _stored(model, entry.before).items():
        setattr(restored, name, value)
    return records.save(restored, actor, why)


def deleted(model: type[Record], pk: int) -> tuple[AuditEntry, Record] | None:
    """The deletion of a record that is gone, and the record as it was; None when it stands or never was.

    Errors: ``ObjectDoesNotExist`` later, when something it referred to is asked for and gone too.
    """
    if model._default_manager.filter(pk=pk).exists():
        return None
    changes = AuditEntry.objects.filter(model=model._meta.label, key=str(pk)).exclude(
        action__in=("read", "export")
    )
    entry = changes.first()
    if entry is None or entry.action != "delete":
        return None
    return entry, model(**_stored(model, entry.before))


def _name(model: type[models.Model], entry: AuditEntry) -> str:
    return f"{model._meta.verbose_name}“{entry.after.get('name') or entry.key}”"


def _stored(model: type[models.Model], fields: dict[str, Any]) -> dict[str, Any]:
    """Snapshot values as the fields' own types; the revision goes on counting."""
    return {
        f.attname: f.to_python(fields[f.attname]) if not f.is_relation else fields[f.attname]
        for f in model._meta.concrete_fields
        if f.attname in fields and f.name != "revision"
    }
