"""Write what a dry run found good: all or nothing, unless the person chooses to take the good rows."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction

from jiuzhi.core import records
from jiuzhi.core.records import Actor

from .dry_run import CREATE, ERROR, UPDATE, Outcome, key_of


def apply(
    outcome: Outcome, actor: Actor, why: str, *, good_rows: bool = False, progress: Callable[[int], None] = lambda n: None
) -> str:  # fmt: skip
    """Write the rows in one change set and return its id, "" when there was nothing to write.

    Errors: ``ValidationError`` when a row has a fault and ``good_rows`` is not chosen, when records changed since the dry run,
    or as `records.save_many`; nothing is written then.
    """
    bad = outcome.count(ERROR)
    if bad and not good_rows:
        raise ValidationError(f"有 {bad} 行有误，一行也没有写入：请改正后重新导入，或选择只写入无误的行。")
    pairs = outcome.writable
    if not pairs:
        return ""
    with transaction.atomic():
        _unchanged_since(outcome)
        return records.save_many(pairs, actor, why, progress=progress)


def _unchanged_since(outcome: Outcome) -> None:
    """Errors: ``ValidationError`` when somebody changed a record, or added one of the same key, after the dry run read it."""
    stored = outcome.register.model._default_manager.filter(county=outcome.county)
    held = {r.old.pk: r.old.revision for r in outcome.rows if r.action == UPDATE and r.old}
    if held:
        # Locked, so that what is compared here is what will be replaced.
        now = dict(stored.select_for_update().values_list("pk", "revision"))
        if moved := [pk for pk, revision in held.items() if now.get(pk) != revision]:
            raise ValidationError(
                f"预检之后有 {len(moved)} 条记录被别人改过，一行也没有写入：请重新上传，按新的内容再预检一次。"
            )
    if outcome.count(CREATE):
        fresh = {key_of(outcome.register, r.record) for r in outcome.rows if r.action == CREATE and r.record}
        names = [outcome.register.fields[k].attribute for k in outcome.register.key]
        if both := fresh & set(stored.values_list(*names)):
            raise ValidationError(
                f"预检之后已有人新增了其中 {len(both)} 条，一行也没有写入：请重新上传再预检一次。"
            )
