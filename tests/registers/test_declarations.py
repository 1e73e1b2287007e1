"""What every declaration keeps: short, honest, with sample rows that its own checks accept."""

import pytest

from bench.registers_lines import LONGEST, MEDIAN, lines
from jiuzhi.core.registers import REGISTERS, columns
from jiuzhi.engine.exchange.samples import rows_of
from jiuzhi.engine.plan import systems

ALL = sorted(REGISTERS)


@pytest.mark.parametrize("code", ALL)
def test_short(code):
    assert lines(code) <= LONGEST


def test_short_in_the_median():
    counted = sorted(lines(c) for c in ALL)
    assert counted[len(counted) // 2] <= MEDIAN


@pytest.mark.parametrize("code", ALL)
def test_honest(code):
    register = REGISTERS[code]
    known = {s.id for s in systems.systems()}
    assert set(register.serves) <= known
    assert len(register.about) > 10
    assert register.key
    titles = [c.title for c in register.fields.values()]
    assert len(titles) == len(set(titles)), "two fields of one title cannot be told apart in Excel"
    for name in register.key:
        column = register.fields[name]
        assert column.required, name
        assert not column.sensitive, name
    life = register.lifecycle
    if life:
        states = register.fields[life.field].choices
        named = {
            *life.first,
            *life.closed,
            *(s.end for s in life.steps),
            *(a for s in life.steps for a in s.start if a != "*"),
        }
        assert named <= set(states)
        assert all(n in register.fields for s in life.steps for n in s.needs)
        if life.expires:
            assert register.fields[life.expires].kind == columns.DAY
    if register.holder:
        model = register.model
        for name in register.holder.split("__"):
            model = model._meta.get_field(name).related_model
        assert model._meta.label == "core.Org"


@pytest.mark.parametrize("code", ALL)
def test_samples_are_accepted(code, load):
    register = REGISTERS[code]
    rows = rows_of(register)
    assert len(rows) >= 3
    assert len(load(register)) == len(rows)
    assert {r["synthetic"] for r in rows} <= {"是", "否"}
