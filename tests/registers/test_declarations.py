"""What every declaration keeps: short, honest, with sample rows that its own checks accept."""

import pytest

from bench.registers_lines import LONGEST, MEDIAN, lines
from jiuzhi.core.registers import REGISTERS, Register, columns, reading
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


@pytest.mark.parametrize("code", [c for c in ALL if REGISTERS[c].public_states])
def test_a_record_is_public_in_its_public_states_alone(code, load):
    register = REGISTERS[code]
    field, states = register.state_field, register.public_states.split()
    choices = register.fields[field].choices
    assert set(states) < set(choices)
    row = load(register)[0]
    for state in choices:
        register.model.objects.filter(pk=row.pk).update(**{field: state})
        shown = reading.public_records(register, row.county).filter(pk=row.pk).exists()
        assert shown == (state in states), state


@pytest.mark.parametrize(
    ("code", "hidden"),
    [
        (
            "soil.landplot",
            "线索 调查中 待评审 风险评估",
        ),  # nothing about a plot nobody has proved to be polluted
        ("mountain.occurrence", "录入 待审 专家确认 存疑"),
        ("governance.executionreport", "待提交 已提交 退回"),
        ("waste.cell", "申报 自评 核查 未通过"),
        ("water.outlet", "疑似"),
        ("culture.heritage", "线索"),
    ],
)
def test_drafts_are_not_public(code, hidden):
    assert not set(hidden.split()) & set(REGISTERS[code].public_states.split())


def test_public_states_are_checked_where_they_are_declared():
    known = REGISTERS["water.outlet"]
    with pytest.raises(ValueError, match="no state 发布"):
        _declared(known, public=["name"], public_states="日常监管 发布")
    with pytest.raises(ValueError, match="public field"):
        _declared(known, public_states="日常监管")


def _declared(known, **more):
    code = known.code
    try:
        del REGISTERS[code]
        return Register(model=known.model, about=known.about, columns=known.columns, **more)
    finally:
        REGISTERS[code] = known


@pytest.mark.parametrize("code", ALL)
def test_samples_are_accepted(code, load):
    register = REGISTERS[code]
    rows = rows_of(register)
    assert len(rows) >= 3
    assert len(load(register)) == len(rows)
    assert {r["synthetic"] for r in rows} <= {"是", "否"}
