"""Load a plan pack into the records: a new document is a new version, the same document again is an update in place.

What people added since (an owner assigned, values reported) stays: the load fills gaps and never takes such work away.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from jiuzhi.core import records, units
from jiuzhi.core.codes import PROVINCES
from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor
from jiuzhi.master import stations

from . import bindings, documents
from .models import Clause, Commitment, Plan, Project, Task
from .pack import PACK_FORMAT, Pack, PlanReadError, read_pack


def load_pack(
    folder: str | Path, *, actor: Actor, document: str | Path | None = None, county: str = ""
) -> Plan:
    """Load the pack in ``folder``; with ``document``, keep the user's own text so that sentences can be shown.

    ``county``: the six-digit code, needed only where the document does not say it. Everything or nothing.
    Errors: `PlanReadError`, one Chinese sentence.
    """
    base = Path(folder)
    pack = read_pack(base)
    adcode = county or pack.info.adcode
    if county and not _is_code(county):
        raise PlanReadError(f"--county “{county}”不是区县代码：请填 6 位数字，例如 500229。")
    if not _is_code(adcode):
        raise PlanReadError(f"规划包 {base} 没有写明区县代码：请加 --county 六位代码（例如 500229）。")
    if document is not None:
        _keep_document(document, pack)
    _check_info(pack)
    with records.change_set(actor, Plan, adcode, f"载入规划包 {base.name}"[:200]) as facts:
        try:
            home = _county(adcode, pack.info.county, actor)
            facts["units"] = units.load(base / "units.csv", home, actor)
            plan = _plan_row(Plan.objects.filter(county=home, sha256=pack.info.sha256).first(), home, pack)
            facts.update(_rows(plan, pack, actor))
            facts["stations"] = stations.load(base / "stations.csv", home, actor)
            facts["unbound"] = bindings.apply(plan, base)
        except ValidationError as error:
            raise PlanReadError(f"规划包 {base} 无法载入：{_said(error)}。") from error
        plan.unbound = facts["unbound"]  # type: ignore[attr-defined]  # told to whoever loads
        facts |= {"version": plan.version, "sha256": plan.sha256}
    return plan


def _is_code(text: str) -> bool:
    return len(text) == 6 and text.isascii() and text.isdigit() and not text.endswith("00")


def _check_info(pack: Pack) -> None:
    """The facts about the plan as a whole, which stand in pack.csv."""
    info = pack.info
    if info.pack_format != PACK_FORMAT:
        raise PlanReadError(
            f"规划包 pack.csv 的 pack_format“{info.pack_format[:20]}”不是 {PACK_FORMAT}：请用 jiuzhi plan read 重新生成。"
        )
    if info.status not in ("draft", "final"):
        raise PlanReadError(
            f"规划包 pack.csv 的 status“{info.status[:20]}”不认得：征求意见稿填 draft，印发稿填 final。"
        )
    if not pack.clauses:
        raise PlanReadError(
            "规划包 clauses.csv 只有表头，没有一行条款：请用 jiuzhi plan read 重新生成，或从备份恢复。"
        )
    if not re.fullmatch(r"[0-9a-f]{64}", info.sha256):
        raise PlanReadError(
            "规划包 pack.csv 的 sha256 不是文档指纹（64 位十六进制）：请用 jiuzhi plan read 重新生成。"
        )
    if not (info.period_start and info.period_end):
        raise PlanReadError("规划包 pack.csv 没有规划期（period_start、period_end）：请补上起止年份。")
    years = [
        int(text) if re.fullmatch(r"\d{4}", text, re.ASCII) else 0
        for text in (info.period_start, info.period_end)
    ]
    if not 2000 <= years[0] < years[1] <= 2100:
        raise PlanReadError(
            f"规划包 pack.csv 的规划期 {info.period_start}—{info.period_end} 不是先后两个年份：请改为四位年份，例如 2026 和 2030。"
        )


def _said(error: ValidationError) -> str:
    """The messages of a model, each after the field's name, in one line."""
    listed = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    said = [f"{name} {message.rstrip('。.')}".strip() for name, found in listed.items() for message in found]
    return "；".join(said)


def _keep_document(path: str | Path, pack: Pack) -> None:
    from .reader import decode

    document = decode(Path(path))
    if document.sha256 != pack.info.sha256:
        raise PlanReadError(
            f"文档 {path} 与规划包不是同一份（指纹 {document.sha256[:12]}…，包内记录 {pack.info.sha256[:12]}…）："
            "请提供生成该规划包的原文档，或用 jiuzhi plan read 重新读取。"
        )
    documents.keep(document.text, document.sha256)


def _county(adcode: str, name: str, actor: Actor) -> Org:
    """The county, registered below its province or municipality (GB/T 2260) when it is new."""
    found = Org.objects.filter(code=adcode).first()
    if found is None:
        above = Org.objects.filter(code=f"{adcode[:2]}0000").first()
        if above is None:
            above = Org(
                code=f"{adcode[:2]}0000", name=PROVINCES.get(adcode[:2], adcode[:2]), kind=Org.Kind.CITY
            )
            records.save(above, actor, "载入规划时登记")
        found = Org(code=adcode, name=name or adcode, kind=Org.Kind.COUNTY, parent=above)
        records.save(found, actor, "载入规划时登记")
    return found


def _plan_row(plan: Plan | None, county: Org, pack: Pack) -> Plan:
    info = pack.info
    latest = Plan.objects.filter(county=county).first()
    if plan is None:
        plan = Plan(county=county, version=latest.version + 1 if latest else 1, sha256=info.sha256)
    others = list(Plan.objects.filter(county=county, current=True).exclude(pk=plan.pk))
    for other in others:
        other.current = False
    records.bulk_update(others, ["current"])
    plan.title = info.title or f"{county.name}生态环境保护规划"
    plan.status = Plan.Status.DRAFT if info.status == "draft" else Plan.Status.FINAL
    plan.current, plan.period_start, plan.period_end = True, int(info.period_start), int(info.period_end)
    plan.period_basis = info.period_basis or "inferred"
    plan.document_name, plan.loaded_at = info.document, timezone.now()
    plan.clean_fields(exclude=["county"])
    if plan.pk is None:
        records.bulk_create([plan])
    else:
        records.bulk_update([plan], _columns(Plan))
    return plan


def _columns(model: type[models.Model]) -> list[str]:
    """What a pack decides of a record that is already there."""
    return [f.name for f in model._meta.concrete_fields if f.name not in {"id", "plan", "code"}]


def _rows(plan: Plan, pack: Pack, actor: Actor) -> dict[str, int]:
    """Bring clauses, commitments, tasks and projects to what the pack says; returns counts."""
    clauses = _upsert(
        Clause,
        plan,
        pack.clauses,
        lambda r: {"level": r.level, "number": r.number, "title": r.title or r.number, "order": r.order},
    )
    for clause in pack.clauses:
        clauses[clause.id].parent = clauses.get(clause.parent)
    records.bulk_update(clauses.values(), ["parent"])
    owners = _owners(plan, pack, actor)
    _refuse_to_lose_values(plan, {r.id for r in pack.commitments})
    commitments = _upsert(Commitment, plan, pack.commitments, lambda r: _commitment(r, clauses, owners))
    for row in pack.commitments:
        commitments[row.id].baseline = commitments.get(row.baseline)
    records.bulk_update(commitments.values(), ["baseline"])
    _carry_owners(plan)
    tasks = _upsert(Task, plan, pack.tasks, lambda r: {
        "clause": clauses.get(r.clause), "title": r.title, "verb": r.verb, "object": r.object, "places": r.places,
        "domain": r.domain, "owner_text": r.owner, "owner": owners.get(r.owner),
    })  # fmt: skip
    _link_tasks(tasks, commitments, pack)
    projects = _upsert(Project, plan, pack.projects, lambda r: {
        "clause": clauses.get(r.clause), "name": r.name, "kind": r.type, "quantity": r.quantity, "unit": r.unit,
        "place": r.place, "owner_text": r.owner,
    })  # fmt: skip
    return {
        "clauses": len(clauses),
        "commitments": len(commitments),
        "tasks": len(tasks),
        "projects": len(projects),
    }


def _commitment(row: Any, clauses: dict[str, Clause], owners: dict[str, Org]) -> dict[str, Any]:
    return {
        "clause": clauses.get(row.clause), "name": row.name, "domain": row.domain, "unit": row.unit, "kind": row.kind,
        "comparator": row.comparator, "value": _number(Decimal, row.value, row.id, "value"), "value_high": _number(Decimal, row.value_high, row.id, "value_high"),
        "value_text": row.value_text, "basis": row.basis or "explicit", "year": _number(int, row.year, row.id, "year"),
        "year_basis": row.year_basis, "place": row.place, "scope": row.scope, "nature": row.nature,
        "owner_text": row.owner, "owner": owners.get(row.owner),
    }  # fmt: skip


def _number(kind: Callable[[str], Any], text: str, where: str, column: str) -> Any:
    """The cell as an exact number, None when empty."""
    if not text:
        return None
    try:
        return kind(text)
    except (ValueError, InvalidOperation) as error:
        raise PlanReadError(
            f"{where} 的 {column} 列“{text}”不是数：文字目标请写到 value_text 列。"
        ) from error


def _upsert(
    model: Any, plan: Plan, rows: Iterable[Any], values: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """Rows of ``model`` by code as the pack says; a responsible unit that a person has assigned stays."""
    known = model.objects.filter(plan=plan)
    old = {
        record.code: record
        for record in (known.select_related("owner") if hasattr(model, "owner") else known)
    }
    found: dict[str, Any] = {}
    fresh: list[Any] = []
    for row in rows:
        if row.id in found:
            raise PlanReadError(f"规划包里编号 {row.id} 出现两次：请让每行编号唯一。")
        record = old.get(row.id) or model(plan=plan, code=row.id)
        assigned = _assigned(record)
        for name, value in values(row).items():
            if not (name == "owner" and assigned):
                setattr(record, name, value)
        record.start, record.end, record.note = row.start, row.end, row.note
        confidence = _number(float, getattr(row, "confidence", ""), row.id, "confidence")
        record.confidence = 1.0 if confidence is None else confidence
        try:
            record.clean_fields(exclude=["plan", "parent", "clause", "baseline", "owner"])
        except ValidationError as error:
            raise PlanReadError(
                f"规划包的{model._meta.verbose_name} {row.id[:40]} 不合要求：{_said(error)}，请改正后再载入。"
            ) from error
        found[row.id] = record
        if record.pk is None:
            fresh.append(record)
    records.bulk_delete(known.exclude(code__in=found))
    records.bulk_create(fresh)
    records.bulk_update([r for r in found.values() if r.code in old], _columns(model), batch=200)
    return found


def _assigned(record: Any) -> bool:
    """Whether a person, and not a pack, has set the responsible unit."""
    owner = getattr(record, "owner", None)
    return owner is not None and owner.name != record.owner_text


def _refuse_to_lose_values(plan: Plan, kept: set[str]) -> None:
    if not kept and plan.commitments.exists():
        raise PlanReadError("规划包 commitments.csv 没有一行，载入会删去已有的全部承诺：请从备份恢复该文件。")
    gone = plan.commitments.exclude(code__in=kept).filter(reported_values__isnull=False).distinct()
    if names := [f"{c.code} {c.name}" for c in gone[:5]]:
        raise PlanReadError(
            f"规划包里没有 {'、'.join(names)}，但它们已有填报值：请补回这些行，或先撤回填报值。"
        )


def _owners(plan: Plan, pack: Pack, actor: Actor) -> dict[str, Org]:
    """The units the pack names as responsible, registered below the county under their own name."""
    rows: list[Any] = [*pack.commitments, *pack.tasks]
    names = sorted({r.owner for r in rows if r.owner})
    found: dict[str, Org] = {}
    for name in names:
        unit = Org.objects.filter(path__startswith=plan.county.path, name=name).first()
        if unit is None:
            if len(name) > 80:
                raise PlanReadError(f"责任单位“{name[:30]}…”超过 80 字：请在 owner 列只填一个单位。")
            unit = Org(
                code=_unit_code(plan.county.code, name),
                name=name,
                kind=Org.Kind.DEPARTMENT,
                parent=plan.county,
            )
            records.save(unit, actor, "规划中的责任单位")
        found[name] = unit
    return found


def _unit_code(county: str, name: str) -> str:
    """A code of at most 40 characters; two long names that begin alike get two codes."""
    code = f"{county}-{name}"
    return code if len(code) <= 40 else f"{code[:31]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _carry_owners(plan: Plan) -> None:
    """A final text after a draft: owners that people assigned carry over to the commitment of the same name and year."""
    before = Plan.objects.filter(county=plan.county, version__lt=plan.version).first()
    if before is None:
        return
    known = {
        (c.name, c.unit, c.year): c.owner
        for c in before.commitments.exclude(owner=None).select_related("owner")
    }
    changed: list[Commitment] = []
    for commitment in plan.commitments.filter(owner=None):
        if owner := known.get((commitment.name, commitment.unit, commitment.year)):
            commitment.owner = owner
            changed.append(commitment)
    records.bulk_update(changed, ["owner"])


def _link_tasks(tasks: dict[str, Task], commitments: dict[str, Commitment], pack: Pack) -> None:
    through: type[models.Model] = Task.commitments.through
    records.bulk_delete(through._default_manager.filter(task_id__in=[t.pk for t in tasks.values()]))
    links = {
        (tasks[r.id].pk, commitments[code].pk)
        for r in pack.tasks
        for code in r.commitments.replace(",", " ").replace(";", " ").replace("；", " ").split()
        if code in commitments
    }
    records.bulk_create(through(task_id=t, commitment_id=c) for t, c in sorted(links))
