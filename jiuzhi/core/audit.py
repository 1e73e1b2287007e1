"""The hash-chained log of changes and of sensitive readings."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from .models import AuditEntry, AuditHead


def is_secret(name: str) -> bool:
    """Whether a field's values stay out of the log: a password, or what its name ends in `_secret`."""
    return name in ("password", "secret") or name.endswith("_secret")


def text(fields: dict[str, Any] | None) -> str:
    """Snapshot fields as the JSON text that is stored; secrets are named, never shown (hashes included)."""
    if fields is None:
        return ""
    masked = {k: "（不记录）" if is_secret(k) else v for k, v in fields.items()}
    return json.dumps(masked, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def append(entries: Iterable[AuditEntry], batch: int = 1000) -> int:
    """Chain and store entries, in order, inside the caller's transaction. Returns how many."""
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        if head is None:
            AuditHead.objects.bulk_create([AuditHead(pk=1)], ignore_conflicts=True)
            head = AuditHead.objects.select_for_update().get(pk=1)
        stored = 0
        for group in _batches(entries, batch):
            for entry in group:
                head.digest = entry.digest = entry.sealed(head.digest)
            AuditEntry.objects.bulk_create(group)
            stored += len(group)
            head.last = group[-1].pk
        head.count += stored
        if stored:
            head.save()
    return stored


def _batches(entries: Iterable[AuditEntry], size: int) -> Iterator[list[AuditEntry]]:
    group: list[AuditEntry] = []
    for entry in entries:
        group.append(entry)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def verify() -> tuple[int, str]:
    """Walk the chain: (entries found good, what is wrong in one sentence, or "")."""
    digest, good, last = "", 0, 0
    while True:
        for entry in AuditEntry.objects.filter(pk__gt=last).order_by("id").iterator(2000):
            if entry.sealed(digest) != entry.digest:
                return good, (
                    f"第 {good + 1} 条（编号 {entry.pk}，{entry.at:%Y-%m-%d %H:%M} {entry.model} {entry.key}）与链值不符："
                    "这一条或它之前的一条被改动、插入或删除过，请保全数据库并与备份核对。"
                )
            digest, good, last = entry.digest, good + 1, entry.pk
        # What is written while the chain is walked lies behind the walker, who goes on until the head says nothing new.
        head = AuditHead.objects.filter(pk=1).first() or AuditHead()
        if head.last <= last or not AuditEntry.objects.filter(pk__gt=last).exists():
            break
    if (digest, good, last) != (head.digest, head.count, head.last):
        return good, f"链尾应有 {head.count} 条，实有 {good} 条：末尾的记录被删除过，请与备份核对。"
    return good, ""
