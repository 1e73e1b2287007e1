"""Undo: a change, or a whole change set (an import), taken back through the one way in."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from . import audit, records
from .models import AuditEntry, Record
from .records import STEP, Actor

_RIGHTS = ("delete_record", "create_record")  # to take back what another added, what one added oneself
_MANY, _BATCH = 20, 500  # changes from which on they are taken back together, and how many at a time


def undo(
    entries: list[AuditEntry], actor: Actor, why: str = "撤销", progress: Callable[[int], None] = lambda n: None
) -> int:  # fmt: skip
    """Take changes back, the last first, all or nothing. Returns how many records changed. ``progress`` is told how many are done.

    Errors: ``ValidationError`` when a record changed since, or a step of a lifecycle was taken; ``PermissionDenied``.
    """
    ordered = sorted(entries, key=lambda e: e.pk, reverse=True)
    with transaction.atomic(), records.one_set():
        if _alike(ordered):
            return _together(ordered, actor, why, progress)
        done = 0
        for entry in ordered:
            done += _one(entry, actor, why)
            progress(done)
        return done


def undo_set(
    change_set: str, actor: Actor, why: str = "撤销", progress: Callable[[int], None] = lambda n: None
) -> int:  # fmt: skip
    """`undo` for every change of one change set. Errors: as `undo`; also when there is no such set."""
    entries = list(AuditEntry.objects.filter(change_set=change_set)) if change_set else []
    if not entries:
        raise ValidationError("找不到这次变更：它可能已被撤销。")
    return undo(entries, actor, why, progress)


def _alike(entries: list[AuditEntry]) -> bool:
    """Whether all are single changes of different records of one register that does not refer to itself: an import, say. They
    can be taken back many at a time, in any order."""
    if (
        len(entries) < _MANY
        or len({e.model for e in entries}) > 1
        or len({e.key for e in entries}) < len(entries)
    ):
        return False
    model = apps.get_model(entries[0].model)
    if not issubclass(model, Record):
        return False
    return not any(f.related_model is model for f in model._meta.concrete_fields)


def _together(entries: list[AuditEntry], actor: Actor, why: str, progress: Callable[[int], None]) -> int:
    """As `_one` for each, with queries by batch. Errors: as `undo`."""
    from .registers import guard

    model = apps.get_model(entries[0].model)
    for start in range(0, len(entries), _BATCH):
        group = entries[start : start + _BATCH]
        stored = model._default_manager.select_for_update(of=("self",)).select_related("org")
        current = {str(r.pk): r for r in stored.filter(pk__in=[e.key for e in group])}
        restored, added = [], []
        for entry in group:
            held = current.get(entry.key)
            _check(model, entry, held)
            if entry.action == "create":
                added.append(held)
                continue
            record = copy(held) if held is not None else model()
            for name, value in _stored(model, entry.before).items():
                setattr(record, name, value)
            record._county_of = record.org_id  # unit and county are restored together
            guard.ready(record)
            restored.append((record, held))
        try:
            records.save_many(restored, actor, why)
        except IntegrityError as error:
            raise ValidationError("其中有编码已被别的记录用去，不能撤销：请直接修改。") from error
        own = all(_own(e, actor) for e in group)
        records.delete_many(added, actor, why, _RIGHTS[own])
        progress(start + len(group))
    return len(entries)


def _check(model: type[models.Model], entry: AuditEntry, current: Any) -> None:
    """Errors: ``ValidationError`` when a change cannot be taken back here, or the record is no longer as it left it."""
    if not issubclass(model, Record) or entry.action not in ("create", "update", "delete"):
        raise ValidationError("这类变更不能在这里撤销。")
    if entry.why.startswith(STEP):
        raise ValidationError(f"“{entry.why}”是办理步骤，不能撤销：请办理相反的步骤。")
    found: Any = records.snapshot(current) if current else None
    if _told(found) != _told(entry.after):
        raise ValidationError(
            f"{(entry.after and _name(model, entry)) or entry.key} 在那之后又改过，不能撤销：请直接修改。"
        )


def _told(fields: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the log tells of a record: everything but its secrets, which undo leaves as they are."""
    return None if fields is None else {k: v for k, v in fields.items() if not audit.is_secret(k)}


def _own(entry: AuditEntry, actor: Actor) -> bool:
    return entry.action != "create" or (actor.user is not None and entry.user_id == actor.user.pk)


def _one(entry: AuditEntry, actor: Actor, why: str) -> bool:
    model = apps.get_model(entry.model)
    current = model._default_manager.filter(pk=entry.key).first()
    _check(model, entry, current)
    if entry.action == "create":
        assert current is not None
        records.delete(current, actor, why, _RIGHTS[_own(entry, actor)])
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
        if f.attname in fields and f.name != "revision" and not audit.is_secret(f.name)
    }
