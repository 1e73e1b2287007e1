"""A county's units from its ``units.csv``: departments, townships, villages, with the days they existed and what they were made of."""

from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError

from . import records, tables
from .models import Org
from .records import Actor

COLUMNS = ("code", "name", "kind", "valid_from", "valid_to", "predecessors")


def load(path: Path, county: Org, actor: Actor) -> int:
    """Create or update the units listed in ``path`` below ``county``; returns how many the file holds (0 without a file).

    Columns: code, name, kind (department, township, village, other), valid_from, valid_to (days), predecessors (codes parted
    by blanks: the units a merged or renamed one was made of; they stay, with their records). A village stands below the township
    whose code begins its own. Errors: ``ValidationError``, one Chinese sentence with row and column.
    """
    if not path.exists():
        return 0
    rows = tables.read_table(path, COLUMNS)
    known = {o.code: o for o in Org.objects.filter(path__startswith=county.path)}
    for number, row in sorted(rows, key=lambda r: (r[1]["kind"] == "village", r[0])):
        where = f"{path.name} 第 {number} 行"
        known[row["code"]] = _save(row, county, known, actor, where)
    linked = set(Org.predecessors.through.objects.values_list("from_org__code", flat=True))
    for number, row in rows:
        if not row["predecessors"] and row["code"] not in linked:
            continue
        _follow(known, row, actor, f"{path.name} 第 {number} 行")
    return len(rows)


def _save(row: dict[str, str], county: Org, known: dict[str, Org], actor: Actor, where: str) -> Org:
    if row["kind"] not in ("department", "township", "village", "other"):
        raise ValidationError(
            f"{where}的 kind 列“{row['kind']}”不认得：请填 department、township、village 或 other"
        )
    unit = known.get(row["code"]) or Org(code=row["code"])
    above = known.get(row["code"][:9]) if row["kind"] == "village" else None
    unit.name, unit.kind, unit.parent = row["name"], row["kind"], above or county
    unit.valid_from, unit.valid_to = (_day(row[c], where, c) for c in ("valid_from", "valid_to"))
    try:
        records.save(unit, actor, "载入单位表")
    except ValidationError as error:
        raise ValidationError(f"{where}：{'；'.join(error.messages)}，请改正") from error
    return unit


def _day(text: str, where: str, column: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValidationError(f"{where}的 {column} 列“{text}”不是日期：请按 2026-01-31 的写法") from error


def _follow(known: dict[str, Org], row: dict[str, str], actor: Actor, where: str) -> None:
    codes = row["predecessors"].split()
    if missing := [c for c in codes if c not in known]:
        raise ValidationError(
            f"{where}的 predecessors 列：没有单位 {'、'.join(missing)}，请先在表中登记被合并的单位"
        )
    unit = known[row["code"]]
    before = sorted(unit.predecessors.values_list("code", flat=True))
    if before != sorted(codes):
        with records.change_set(actor, Org, str(unit.pk), "载入单位表：前身") as facts:
            unit.predecessors.set([known[c] for c in codes])
            facts |= {"before": before, "after": sorted(codes)}
