"""What `core.records` asks before it writes a record of a register: scope, period lock, lifecycle, rules across fields."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from jiuzhi.core import access, local, periods
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
    if record.org_id is None:  # everything else asks whose the record is
        raise ValidationError({"org": "责任单位必须填写"})
    record.prepare()
    if found := record.faults():
        raise ValidationError(dict(found))


def writable(
    register: Register,
    user: User | None,
    record: Record,
    old: Record | None,
    asked: dict[Any, Any] | None = None,
) -> None:
    """Errors: ``PermissionDenied``, ``ValidationError`` (state moved by hand, period locked). ``asked``: in a bulk change, what is
    known of the (unit, period) pairs already met, so that each is asked of the database once."""
    for error in refusals(register, user, record, old, asked):
        raise error


def refusals(
    register: Register,
    user: User | None,
    record: Record,
    old: Record | None,
    asked: dict[Any, Any] | None = None,
) -> Iterator[PermissionDenied | ValidationError]:
    """Everything that forbids writing ``record`` in place of ``old``, as the errors `writable` raises: scope, period, state."""
    for check in (_scope, _unit, _period, _state):
        try:
            check(register, user, record, old, {} if asked is None else asked)
        except (PermissionDenied, ValidationError) as error:
            yield error


def _scope(
    register: Register, user: User | None, record: Record, old: Record | None, asked: dict[Any, Any]
) -> None:
    allowed(register, user, "change_record" if old else "create_record", old or record)
    if old is not None:  # nobody hands a record to a unit they have no say in
        allowed(register, user, "change_record", record)
    if user is not None:
        _placed(register, user, record, old)
        _unseen(register, user, record, old)


def _unit(
    register: Register, user: User | None, record: Record, old: Record | None, asked: dict[Any, Any]
) -> None:
    """A unit that was merged away takes no new records; those it has stay. Errors: ``ValidationError``."""
    if (old.org_id == record.org_id if old else record.pk is not None) or record.org.valid_on(local.today()):
        return
    heirs = "、".join(record.org.successors.values_list("name", flat=True))
    now = f"请改填{heirs}" if heirs else "请改填现在的责任单位"
    ended = record.org.valid_to and record.org.valid_to < local.today()
    said = f"只到 {record.org.valid_to} 为止" if ended else f"自 {record.org.valid_from} 起才设立"
    raise ValidationError({"org": f"{record.org}{said}，现在不承接新记录：{now}"})


def _period(
    register: Register, user: User | None, record: Record, old: Record | None, asked: dict[Any, Any]
) -> None:
    for version in filter(None, (old, record)):
        open_period(register, version, asked)


def open_period(register: Register, record: Record, asked: dict[Any, Any]) -> None:
    """Errors: ``ValidationError`` when the record's period is locked. ``asked``: what is known of (unit, period) pairs so far."""
    pair = (record.org_id, periods.period_of(register, record))
    if pair not in asked:
        try:
            periods.check_open(register, record)
            asked[pair] = None
        except ValidationError as error:
            asked[pair] = error
    if asked[pair] is not None:
        raise asked[pair]


def _state(
    register: Register, user: User | None, record: Record, old: Record | None, asked: dict[Any, Any]
) -> None:
    life = register.lifecycle
    if life is None:
        return
    state = getattr(record, life.field)
    # A record that comes back from its deletion has its number, and whatever state it had.
    first = first_states(register, user, record) if old is None and record.pk is None else ()
    if first and state not in first:
        raise ValidationError({life.field: f"新记录的状态只能是{'、'.join(first)}：之后的状态由办理步骤推进"})
    if old is not None and state != getattr(old, life.field):
        raise ValidationError(
            {life.field: f"状态不能直接从“{getattr(old, life.field)}”改为“{state}”：请在记录页办理相应步骤"}
        )


def first_states(register: Register, user: User | None, record: Record | None = None) -> tuple[str, ...]:
    """The states that a new record may have; empty: any. Staff bring a county's existing list, wherever each record stands; who only
    reports (an enterprise, a grid member) begins at the beginning."""
    life = register.lifecycle
    if life is None or life.first or user is None:
        return life.first if life else ()
    held = access.grants(user, "create_record", register.code)
    if record is not None and record.org_id:
        held = [g for g in held if g.role == "enterprise" or record.org.path.startswith(g.org.path)]
    if any(g.role not in access.REPORTERS for g in held):
        return ()
    begin = register.model._meta.get_field(life.field).get_default()
    return (begin or register.fields[life.field].choices[0],)


def _placed(register: Register, user: User, record: Record, old: Record | None) -> None:
    """Which unit answers for a record is decided by that unit's people, never by the enterprise that holds the record: what an
    enterprise adds falls to the unit it is itself registered with. Errors: ``PermissionDenied``."""
    if old is not None and old.org_id == record.org_id:
        return
    held = access.grants(user, "change_record" if old else "create_record", register.code)
    if any(g.role != "enterprise" and record.org.path.startswith(g.org.path) for g in held):
        return
    firm: Any = record
    for name in register.holder.split("__")[:-1]:
        firm = getattr(firm, name, None)
    if old is not None or firm is None or firm is record or firm.org_id != record.org_id:
        raise PermissionDenied(
            f"责任单位只能由主管部门确定：请保持{register.title}原来的责任单位，新增时填企业登记的责任单位。"
        )


def _unseen(register: Register, user: User, record: Record, old: Record | None) -> None:
    """What a person may not read they cannot overwrite; what is empty, which they see, they may fill in. Errors: ``ValidationError``
    by field."""
    if old is None or may(register, user, "see_sensitive", old):
        return
    changed = [
        c.name
        for c in register.fields.values()
        if c.sensitive
        and getattr(old, c.name) not in (None, "")
        and getattr(old, c.name) != getattr(record, c.name)
    ]
    if changed:
        raise ValidationError(dict.fromkeys(changed, "没有权限查看这一项，因此不能改：请交给有权限的人"))


def may_step(register: Register, user: User | None, step: Step, record: Record) -> bool:
    """Whether ``user`` may take ``step``: who may change the record, in a role the step names if it names any."""
    if user is None:
        return True
    if not step.roles:
        return may(register, user, "change_record", record)
    held = access.grants(user, "change_record", register.code)
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
