"""What happened to a record, in words: who, when, by which route, why, and every field before and after."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiuzhi.core.models import Attachment, AuditEntry, Record, User
from jiuzhi.core.records import STEP
from jiuzhi.core.registers import Column, Register, columns, reading

SHOWN = 20  # entries of a record's page; the rest on demand
_MOST = 1000  # entries read at all
_ROUTES = {
    "web": gettext_lazy("页面"), "api": gettext_lazy("接口"), "cli": gettext_lazy("命令行"), "job": gettext_lazy("自动任务"),
    "import": gettext_lazy("导入"),
}  # fmt: skip
_VERBS = {
    "create": gettext_lazy("新增"), "update": gettext_lazy("修改"), "delete": gettext_lazy("删除"),
    "read": gettext_lazy("查看敏感字段"), "order": gettext_lazy("下发命令"),
}  # fmt: skip
_FILES = {"create": gettext_lazy("上传文件"), "delete": gettext_lazy("移除文件")}
_NOT_SAID = ("place_given", "shape_m", "shape_m2")  # follow from what was typed


@dataclass(frozen=True)
class Change:
    """One field before and after."""

    title: str
    old: str
    new: str


@dataclass(frozen=True)
class Past:
    """One entry in words. ``undo``: the word on the button that takes it back, "" where it cannot be."""

    entry: AuditEntry
    verb: str
    why: str
    changes: list[Change] = field(default_factory=list)
    undo: str = ""

    @property
    def route(self) -> str:
        return str(_ROUTES.get(self.entry.route, self.entry.route))

    @property
    def whole(self) -> bool:
        """Whether the changes are the whole record, which is shown only on demand."""
        return self.entry.action in ("create", "delete")


@dataclass(frozen=True)
class History:
    """The newest entries of a record; ``reads``: who looked at sensitive fields; ``more``: how many are not listed."""

    entries: list[Past]
    reads: list[Past]
    more: int


def of(
    register: Register, record: Record, clear: bool, may: dict[str, bool], user: User, whole: bool = False
) -> History:
    """``may``: whether ``user`` may "create", "change" and "delete" this record; ``clear``: whether sensitive fields are theirs to read."""
    label, key = record._meta.label, str(record.pk)
    files = Q(model=Attachment._meta.label, key__startswith=Attachment.trail(register.code, record.pk))
    found = AuditEntry.objects.filter(Q(model=label, key=key) | files).select_related("user")
    listed = found.exclude(action__in=("read", "export"))
    entries = list(listed[: _MOST if whole else SHOWN + 1])
    more = 0 if whole or len(entries) <= SHOWN else listed.count() - SHOWN
    entries = entries if whole else entries[:SHOWN]
    reads = list(found.filter(action="read")[:SHOWN]) if clear else []
    said = Words(register, entries, clear)
    own = {**may, "delete": may["create"] or may["delete"]}  # what one added oneself one may take back
    newest = next((e for e in entries if e.model == label and e.action != "order"), None)
    gone = min((e.pk for e in entries if e.model == label and e.action == "delete"), default=None)
    return History(
        [
            _past(
                register,
                e,
                said,
                (own if e.user_id == user.pk else may) if e is newest else {},
                gone is not None and e.pk > gone,
            )
            for e in entries
        ],
        [Past(e, str(_VERBS["read"]), "") for e in reads],
        more,
    )


def _past(register: Register, entry: AuditEntry, said: "Words", may: dict[str, bool], later: bool) -> Past:
    """``later``: the record was deleted before this entry, so that a creation is a return."""
    if entry.model == Attachment._meta.label:
        named = (entry.after or entry.before or {}).get("title", "")
        why = entry.why if entry.action == "delete" else ""
        return Past(entry, f"{_FILES.get(entry.action, _VERBS['update'])} {named}", why)
    if entry.why.startswith(STEP):
        name, _bracket, why = entry.why.removeprefix(STEP).partition("（")
        return Past(entry, _("办理“%(step)s”") % {"step": name}, why.removesuffix("）"), said.changes(entry))
    if entry.action == "create" and later:
        return Past(entry, _("恢复"), "", said.changes(entry))
    word = ""
    if entry.action == "update" and may.get("change"):
        word = _("撤销这次修改")
    elif entry.action == "create" and may.get("delete"):
        word = _("撤销新增")
    return Past(entry, str(_VERBS.get(entry.action, entry.action)), entry.why, said.changes(entry), word)


def same(column: Column, old: Any, new: Any) -> bool:
    """Whether two logged values of a field say the same; trailing zeros say nothing."""
    if old in (None, "") or new in (None, ""):
        return old in (None, "") and new in (None, "")
    if column.kind == columns.NUMBER:
        return Decimal(str(old)) == Decimal(str(new))
    return bool(old == new)


class Words:
    """Values as the log keeps them, in words; what references lead to is looked up once for all entries."""

    def __init__(self, register: Register, entries: Iterable[AuditEntry], clear: bool) -> None:
        self.register, self.clear = register, clear
        wanted: dict[type[Model], set[Any]] = defaultdict(set)
        for entry in entries:
            if entry.model != register.model._meta.label:
                continue
            for version in (entry.before or {}, entry.after or {}):
                for column in self.columns:
                    if column.target is not None and version.get(column.attribute):
                        wanted[column.target].add(version[column.attribute])
        self._names = {
            model: {r.pk: str(r) for r in model._default_manager.filter(pk__in=ids)}
            for model, ids in wanted.items()
        }

    @property
    def columns(self) -> list[Column]:
        return [c for c in self.register.fields.values() if c.name not in _NOT_SAID]

    def changes(self, entry: AuditEntry) -> list[Change]:
        """Field by field what the entry changed; masked for who may not read it."""
        before, after = entry.before or {}, entry.after or {}
        return self.between(before, after)

    def between(self, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
        found = []
        for column in self.columns:
            old, new = before.get(column.attribute), after.get(column.attribute)
            if same(column, old, new):
                continue
            found.append(Change(column.heading, self.value(column, old), self.value(column, new)))
        return found

    def value(self, column: Column, value: Any) -> str:
        if value in (None, ""):
            return _("（空）")
        if column.sensitive and not self.clear:
            return reading.MASK
        if column.kind == columns.YES:
            return column.shown(value)
        if column.target is not None:
            return self._names.get(column.target, {}).get(value) or _("（已删除的记录 %(id)s）") % {
                "id": value
            }
        if column.kind == columns.NUMBER and "." in str(value):
            return str(value).rstrip("0").rstrip(".")
        text = str(value)
        return text if len(text) <= 200 else f"{text[:200]}……"
