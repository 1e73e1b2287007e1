"""Every declared rule: complete, runnable on an empty county and on the sample records; and what some of them say."""

from datetime import datetime

import pytest

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.registers import REGISTERS
from jiuzhi.domains.air.rules import level_of
from jiuzhi.engine.cases.declare import WORKFLOWS
from jiuzhi.engine.exchange import samples
from jiuzhi.engine.rules import standing
from jiuzhi.engine.rules.declare import RULES, Finding
from jiuzhi.engine.rules.look import Look
from jiuzhi.engine.rules.models import Episode

NOW = datetime(2026, 11, 24, 12, tzinfo=LOCAL)


def found(rule, county):
    look = Look(county, NOW)
    return list(rule.function(look.as_(rule)))


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_complete_and_quiet_where_nothing_is(code, land):
    rule = RULES[code]
    assert found(rule, land["500229"]) == []
    assert not rule.opens or rule.opens in WORKFLOWS
    assert code.partition(".")[0] in {"observe", "plan", "patrol", *(r.domain for r in REGISTERS.values())}


@pytest.fixture
def county(land):
    samples.load_samples(records.SYSTEM)
    return land["500229"]


def test_every_rule_runs_on_the_sample_records(county):
    for rule in RULES.values():
        listed = found(rule, county)
        assert all(isinstance(f, Finding) and f.synthetic for f in listed if not rule.watches), rule.code
        assert len({f.subject for f in listed}) == len(listed), rule.code


def test_the_sample_fire_in_the_ban_zone_is_an_alarm_with_a_case(county):
    assert standing.look_at(county, NOW, only=["air.fire_in_ban_zone"], force=True) == 1
    alarm = Episode.objects.get()
    assert alarm.case.register == "air.burnpoint"
    assert alarm.synthetic
    assert alarm.case.synthetic


@pytest.mark.parametrize(("days", "level"), [
    ([200], 0), ([201], 2), ([151, 151], 2), ([150, 151], 0), ([201, 201], 3), ([151, 151, 151], 3), ([201, 201, 201], 3),
    ([201, 301, 201], 4), ([301], 2), ([201, 200, 301], 3), ([], 0),
])  # fmt: skip
def test_levels_of_2024_are_strictly_above(days, level):
    """[201, 200, 301]: two days above 150 and the third too, so orange by the 72-hour row."""
    assert level_of(days) == level


def test_automatic_sections_are_watched_by_their_own_class(land):
    from decimal import Decimal

    from jiuzhi.master.models import Station

    Station.objects.create(
        code="W1", name="W1", kind="river", level="county", county=land["500229"], target_class="Ⅱ"
    )
    told = {t.item: (t.limits[0][0], t.below) for t in found(RULES["water.auto_exceeds"], land["500229"])}
    assert told == {
        "CODMn": (Decimal(4), False),
        "NH3N": (Decimal("0.5"), False),
        "TP": (Decimal("0.1"), False),
        "DO": (Decimal(6), True),
    }
