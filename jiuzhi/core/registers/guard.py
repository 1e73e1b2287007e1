"""What `core.records` asks before it writes a record of a register: scope, period lock, lifecycle, rules across fields."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from jiuzhi.core import access, periods
from jiuzhi.core.models import Attachment, Record, User

from .declare import Register
from .lifecycle import Step
from .reading import may


def allowed(register: Register, user: User | None, action: str, record: Record) -> None:
    """Errors: ``PermissionDenied`` in words. The system's own jobs (no user) may."""
    if user is not None and not may(register, user, action, record):
        raise PermissionDenied(
            f"没有权限{access.WORDS[action]}{record.org}的{register.title}：请换到有权限的单位，或联系管理员授权。"
        )


def ready(record: Record) -> None:
    """Bring the record into shape and check it alone. Errors: ``ValidationError`` by field."""
    record.prepare()
    if found := record.faults():
        raise ValidationError(dict(found))


def writable(register: Register, user: User | None, record: Record, old: Record | None) -> None:
    """Errors: ``PermissionDenied``, ``ValidationError`` (state moved by hand, period locked)."""
    allowed(register, user, "change_record" if old else "create_record", old or record)
    if old is not None:  # nobody hands a record to a unit they have no say in
        allowed(register, user, "change_record", record)
    for version in filter(None, (old, record)):
        periods.check_open(register, version)
    life = register.lifecycle
    if life is None:
        return
    state = getattr(record, life.field)
    if old is None and life.first and state not in life.first:
        raise ValidationError(
            {life.field: f"新记录的状态只能是{'、'.join(life.first)}：之后的状态由办理步骤推进"}
        )
    if old is not None and state != getattr(old, life.field):
        raise ValidationError(
            {life.field: f"状态不能直接从“{getattr(old, life.field)}”改为“{state}”：请在记录页办理相应步骤"}
        )


def may_step(register: Register, user: User | None, step: Step, record: Record) -> bool:
    """Whether ``user`` may take ``step``: a role named by the step, over this record; without roles, whoever may change it."""
    if user is None:
        return True
    if not step.roles:
        return may(register, user, "change_record", record)
    held = access.grants(user, "view_record", register.code)
    return any(g.role in step.roles and record.org.path.startswith(g.org.path) for g in held)


def can_step(register: Register, user: User | None, step: Step, record: Record, last_by: Any) -> None:
    """Errors: ``PermissionDenied``; ``ValidationError`` with what is still missing, in one sentence."""
    life = register.lifecycle
    if life is None:
        raise ValidationError(f"{register.title}没有办理步骤。")
    state = getattr(record, life.field)
    if not step.leaves(state):
        raise ValidationError(f"“{state}”状态不能办理“{step.name}”：请刷新页面看当前状态。")
    if not may_step(register, user, step, record):
        raise PermissionDenied(f"没有权限办理“{step.name}”：需要{_role_words(step)}。")
    if step.other_person and user is not None and last_by == user.pk:
        raise ValidationError(f"“{step.name}”要由另一个人办理：上一步是您自己办的。")
    missing = [register.fields[n].title for n in step.needs if getattr(record, n) in (None, "")]
    if missing:
        raise ValidationError(f"办理“{step.name}”前要先填写{'、'.join(missing)}。")
    if step.evidence and not Attachment.objects.filter(register=register.code, record=record.pk).exists():
        raise ValidationError(f"办理“{step.name}”要有佐证：请先上传文件或照片。")


def _role_words(step: Step) -> str:
    from jiuzhi.core.models import Grant

    return "、".join(str(Grant.Role(r).label) for r in step.roles) or "修改这条记录的权限"
