"""HJ 633 over whole tables: the rules of :mod:`aqi` laid out in stages, so that no expression is computed twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from jiuzhi.science.expressions import choose, largest
from jiuzhi.science.standards import aqi as rules

_TEMPORARY = "iaqi__"


def with_aqi(
    table: ir.Table,
    form: str,
    units: Mapping[str, Any],
    *,
    day: Any = None,
    edition: str | None = None,
    not_monitored: tuple[str, ...] = (),
) -> ir.Table:
    """Add ``aqi level primary_mask edition`` to a table, and ``iaqi_<pollutant>`` of the edition that judges.

    form: ``daily`` or ``hourly``. units: pollutant (and ``O3_1h`` in the daily form) -> column in integer reporting units
    [µg/m³; CO 0.1 mg/m³]. Give either ``edition``, or the local ``day`` column: then the edition in force judges each row and
    ``aqi_2012 aqi_2026`` (index under each edition, side by side) are added too.
    """
    if (edition is None) == (day is None):
        raise ValueError("give either edition or day")
    names = (edition,) if edition else rules.EDITIONS
    staged = table
    stages: dict[str, dict[str, str]] = {}
    for name in names:
        staged, stages[name] = _indices(staged, table, form, name, units, stages)
    for name in names:
        known = largest(*(staged[column] for column in stages[name].values()))
        staged = staged.mutate(**{f"{_TEMPORARY}known_{name[-4:]}": known})
    for name in names:
        indices = {pollutant: staged[column] for pollutant, column in stages[name].items()}
        value = rules.published(name, staged[f"{_TEMPORARY}known_{name[-4:]}"], indices, not_monitored)
        staged = staged.mutate(**{f"aqi_{name[-4:]}": value})
    staged = _judging_edition(staged, table, stages, names, day)
    judged = staged.mutate(
        level=rules.level(staged.aqi),
        primary_mask=rules.primary_mask(
            {p: staged[f"iaqi_{p}"] for p in _present(stages, names)}, staged.aqi
        ),
    )
    unwanted = [column for column in judged.columns if column.startswith(_TEMPORARY)]
    unwanted += [f"aqi_{name[-4:]}" for name in names if edition]
    return judged.drop(*unwanted)


def _indices(
    staged: ir.Table,
    table: ir.Table,
    form: str,
    edition: str,
    units: Mapping[str, Any],
    done: dict[str, dict[str, str]],
) -> tuple[ir.Table, dict[str, str]]:
    """IAQI columns of one edition; a column that an earlier edition computes in the same way is used again."""
    columns, new = {}, {}
    for pollutant, expression in rules.individual_indices(form, edition, units).items():
        if expression is None:
            continue
        for earlier in done:
            if rules.same_rule(form, pollutant, earlier, edition):
                columns[pollutant] = done[earlier][pollutant]
        if pollutant not in columns:
            columns[pollutant] = f"{_TEMPORARY}{pollutant}_{edition[-4:]}"
            new[columns[pollutant]] = expression
    return staged.mutate(**new), columns


def _present(stages: dict[str, dict[str, str]], names: tuple[str, ...]) -> list[str]:
    return [pollutant for pollutant in rules.POLLUTANTS if pollutant in stages[names[0]]]


def _judging_edition(
    staged: ir.Table, table: ir.Table, stages: dict[str, dict[str, str]], names: tuple[str, ...], day: Any
) -> ir.Table:
    import ibis

    if day is None:
        (name,) = names
        return staged.mutate(
            aqi=staged[f"aqi_{name[-4:]}"],
            edition=ibis.literal(name),
            **{f"iaqi_{p}": staged[column] for p, column in stages[name].items()},
        )
    starts = [(day >= rules.start_of(name), name) for name in reversed(names)]
    law: dict[str, Any] = {
        "edition": rules.edition_in_force(day),
        "aqi": choose([(inside, staged[f"aqi_{name[-4:]}"]) for inside, name in starts], otherwise=None),
    }
    for pollutant in _present(stages, names):
        own = {stages[name][pollutant] for name in names}
        law[f"iaqi_{pollutant}"] = (
            staged[own.pop()]
            if len(own) == 1
            else choose(
                [(inside, staged[stages[name][pollutant]]) for inside, name in starts], otherwise=None
            )
        )
    return staged.mutate(**law)
