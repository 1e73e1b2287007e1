"""The one way in: every change of a record passes here and leaves an audit entry.

Records of registers are checked for scope, period lock, lifecycle and rules across fields (`core.registers.guard`). Bulk loads
of everything else (a plan pack, a month of computed values) use ``change_set``: one entry says what was replaced by what. The
bulk functions refuse to work outside one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from . import audit, files, local
from .models import AuditEntry, Record, User


@dataclass(frozen=True)
class Actor:
    """Who acts and by which route. ``user`` is None only for the system's own jobs."""

    user: User | None
    route: str = "web"  # web, api, cli, job, import


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


STEP = "办理："  # how the reason of a step begins; nobody else's does


def _entry(
    actor: Actor,
    action: str,
    model: str,
    key: str,
    why: str,
    before: Any,
    after: Any,
    change_set: str = "",
    step: str = "",
) -> AuditEntry:
    why = files.printable(why).strip()
    if step:
        why = f"{STEP}{step}" + (f"（{why}）" if why else "")
    elif why.startswith(STEP):
        why = f"原因：{why}"  # words that a person typed are not taken for a step
    return AuditEntry(
        at=timezone.now(), user=actor.user, route=actor.route, why=why[:200], action=action, model=model, key=key,
        change_set=change_set or _set.get(), before_text=audit.text(before), after_text=audit.text(after),
    )  # fmt: skip


def _key(record: models.Model) -> str:
    """Under which a record's changes stand in the log: its id, unless its model says otherwise."""
    return str(getattr(record, "audit_key", record.pk))


def save(record: models.Model, actor: Actor, why: str = "", *, revision: int | None = None) -> bool:
    """Create or update ``record``. Returns False, and writes nothing, when nothing changed.

    ``revision``: the version of the record the person saw; a newer one is refused instead of overwritten.
    Errors: ``ValidationError`` when a field does not fit, ``PermissionDenied`` outside the person's scope.
    """
    with transaction.atomic():
        manager = type(record)._default_manager
        # Locked, so that "before" is what this change really replaced.
        old = manager.select_for_update().filter(pk=record.pk).first() if record.pk else None
        before = snapshot(old) if old else None
        if isinstance(record, Record):
            _prepare(record, old, actor, revision)
        record.full_clean()
        if before is not None and before == snapshot(record):
            return False
        if isinstance(record, Record):
            record.revision += 1
        record.save()
        action = "update" if before else "create"
        audit.append(
            [
                _entry(
                    actor,
                    action,
                    record._meta.label,
                    _key(record),
                    why,
                    before,
                    snapshot(record),
                )
            ]
        )
        if isinstance(record, Record):
            _trace_late([(record, old)])
        return True


def _prepare(record: Record, old: Record | None, actor: Actor, revision: int | None) -> None:
    from .registers import guard, of

    guard.ready(record)
    register = of(type(record))
    if register is not None:
        guard.writable(register, actor.user, record, old)
    if old is not None:
        if revision is not None and old.revision != revision:
            raise ValidationError("这条记录刚被别人改过：请刷新页面，在新版本上重做您的修改。", code="newer")
        record.revision = old.revision


def _trace_late(changes: Sequence[tuple[Record, Record | None]]) -> None:
    """What was reported by these changes (new version, old version) after its period was due leaves a trace beside its entry."""
    from . import periods
    from .registers import of

    register = of(type(changes[0][0]))
    if register is None or not register.period:
        return
    known: dict[Any, Any] = {}
    for record, old in changes:
        if register.reported(record) and not (old is not None and register.reported(old)):
            for late in periods.trace(register, record, local.today(), known):
                late.save()
                audit.append(
                    [_entry(SYSTEM, "create", late._meta.label, _key(late), "迟报", None, snapshot(late))]
                )


def take_step(
    record: Record, name: str, actor: Actor, why: str = "", *, filled: dict[str, Any] | None = None
) -> None:  # fmt: skip
    """Take a declared step of the record's lifecycle, with the fields ``filled`` in on the way, as one change.

    Errors: ``PermissionDenied``, ``ValidationError``, ``KeyError`` for a step nobody declared.
    """
    from .registers import guard, of

    register = of(type(record))
    life = register.lifecycle if register else None
    if register is None or life is None:
        raise ValidationError("这类记录没有办理步骤。")
    step = life.named(name)
    model, key = record._meta.label, str(record.pk)
    with transaction.atomic():
        current = type(record)._default_manager.select_for_update().get(pk=record.pk)
        old = copy(current)
        before = snapshot(current)
        guard.open_period(register, old, {})
        for field, value in (filled or {}).items():
            setattr(current, field, value)
        if filled:
            guard.writable(register, actor.user, current, old)
        guard.can_step(register, actor.user, step, current, last_hand(record))
        setattr(current, life.field, step.end)
        guard.ready(current)
        current.full_clean()
        current.revision += 1
        current.save()
        audit.append([_entry(actor, "update", model, key, why, before, snapshot(current), step=name)])
        _trace_late([(current, old)])
    record.refresh_from_db()


def last_hand(record: Record) -> Any:
    """The id of who took the newest step of ``record``, else of who entered it; None for the system."""
    mine = AuditEntry.objects.filter(model=record._meta.label, key=str(record.pk))
    last = mine.filter(why__startswith=STEP).first() or mine.last()
    return last.user_id if last else None


def delete(record: models.Model, actor: Actor, why: str, right: str = "delete_record") -> None:
    """Delete ``record``; as `delete_many`."""
    delete_many([record], actor, why, right)


def delete_many(
    records: Sequence[models.Model], actor: Actor, why: str, right: str = "delete_record"
) -> None:
    """Delete records of one model, all or nothing, with one entry each; a reason is required. ``right``: the action that must be
    granted.

    Errors: ``ValidationError`` when others refer to one of them, or its period is locked; ``PermissionDenied``.
    """
    from .registers import guard, of

    if not why.strip():
        raise ValidationError("删除需要写明原因。")
    register = of(type(records[0])) if records else None
    asked: dict[Any, Any] = {}
    for record in records:
        if register is not None and isinstance(record, Record):
            guard.allowed(register, actor.user, right, record)
            guard.open_period(register, record, asked)
    with transaction.atomic():
        entries = [_entry(actor, "delete", r._meta.label, _key(r), why, snapshot(r), None) for r in records]
        try:
            if records:
                type(records[0])._default_manager.filter(pk__in=[r.pk for r in records]).delete()
        except models.ProtectedError as error:
            held = next(iter(error.protected_objects))
            named = f"“{records[0]}”" if len(records) == 1 else f"要删除的 {len(records)} 条记录"
            raise ValidationError(
                f"{named}还被{held._meta.verbose_name}“{held}”等 {len(error.protected_objects)} 条记录引用，不能删除：请先改掉引用。"
            ) from error
        audit.append(entries)


def save_many(
    records: Iterable[tuple[Record, Record | None]], actor: Actor, why: str, *, progress: Callable[[int], None] = lambda n: None,
    batch: int = 500,
) -> str:  # fmt: skip
    """Create and update many records of one register, all or nothing, in one change set with one entry a record.

    ``records``: pairs (new version, stored version or None), prepared and field-checked by the caller (`engine.exchange`).
    ``progress`` is called with how many are done. Returns the id of the change set: the surrounding `one_set`, or one of its own.
    Errors: as `save`.
    """
    from .registers import guard, of

    change_set, done = _set.get() or uuid4().hex, 0
    asked: dict[Any, Any] = {}
    with transaction.atomic():
        for group in _groups(records, batch):
            register = of(type(group[0][0]))
            for record, old in group:
                if register is not None:
                    guard.writable(register, actor.user, record, old, asked)
                record.revision = (old.revision if old else 0) + 1
            fresh = [r for r, old in group if old is None]
            changed = [r for r, old in group if old is not None]
            manager = type(group[0][0])._default_manager
            if fresh:
                manager.bulk_create(fresh)
            if changed:
                names = [f.name for f in manager.model._meta.concrete_fields if not f.primary_key]
                # One statement for many rows: `bulk_update` writes a CASE for every field of every row, 30 times slower.
                manager.bulk_create(changed, update_conflicts=True, unique_fields=["pk"], update_fields=names)
            audit.append(
                _entry(
                    actor, "update" if old else "create", r._meta.label, str(r.pk), why,
                    snapshot(old) if old else None, snapshot(r), change_set,
                )
                for r, old in group
            )  # fmt: skip
            _trace_late(group)
            done += len(group)
            progress(done)
    return change_set


def _groups(pairs: Iterable[Any], size: int) -> Iterator[list[Any]]:
    group: list[Any] = []
    for pair in pairs:
        group.append(pair)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


@contextmanager
def one_set() -> Iterator[str]:
    """Changes inside share one change set (a bulk edit, a form with its files) and one transaction. Yields its id."""
    token = _set.set(uuid4().hex)
    try:
        with transaction.atomic():
            yield _set.get()
    finally:
        _set.reset(token)


def noted(
    actor: Actor, action: str, model: str, key: str, why: str, facts: dict[str, Any] | None = None
) -> None:
    """Note what changes no record: ``action`` is "read" (of what is sensitive), "export", or "order" (to a device)."""
    audit.append([_entry(actor, action, model, key, why, None, facts)])


@contextmanager
def change_set(actor: Actor, model: type[models.Model], key: str, why: str) -> Iterator[dict[str, Any]]:
    """A bulk change in one transaction with one audit entry; the block puts counts or facts into the dict it is given."""
    facts: dict[str, Any] = {}
    token = _audited.set(True)
    try:
        with transaction.atomic():
            yield facts
            audit.append([_entry(actor, "update", model._meta.label, key, why, None, facts)])
    finally:
        _audited.reset(token)


_audited: ContextVar[bool] = ContextVar("inside a change_set", default=False)
_set: ContextVar[str] = ContextVar("the change set of changes made now", default="")


def _inside() -> None:
    if not _audited.get():
        raise RuntimeError("a bulk change needs a change_set around it: without one it leaves no audit entry")


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
