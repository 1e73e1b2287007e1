"""What the list shows and what the single question allows are the same, whatever the grants."""

import random

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from jiuzhi.core import access, records
from jiuzhi.core.codes import uscc_check
from jiuzhi.core.models import Grant, Org, User
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import get, reading
from jiuzhi.domains.water.models import Outlet
from jiuzhi.master.models import Enterprise, WaterBody

pytestmark = pytest.mark.django_db

ACTIONS = [a for a in access.ACTIONS if a.endswith("_record") or a == "see_sensitive"]
PATTERNS = ["", "water.*", "water.outlet", "air.*", "air.* water.outlet"]


@pytest.fixture
def world():
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    counties = [Org.objects.create(code=c, name=c, kind="county", parent=city) for c in ("500229", "500240")]
    units = [
        Org.objects.create(code=f"{c.code}00{n}", name=f"{n}", kind="township", parent=c)
        for c in counties
        for n in (1, 2)
    ]
    firms = [
        Org.objects.create(code=f"E{u.code}", name="企业", kind="enterprise", parent=u) for u in units[:3]
    ]
    for n, unit in enumerate(units):
        river = WaterBody(org=unit, name="任河", kind="河流")
        if not WaterBody.objects.filter(county__code=unit.county_code).exists():
            records.save(river, records.SYSTEM)
        river = WaterBody.objects.get(county__code=unit.county_code)
        holder = None
        if n < len(firms):
            holder = Enterprise(org=unit, uscc=USCC[n], name="模拟企业", unit=firms[n])
            records.save(holder, records.SYSTEM)
        outlet = Outlet(
            code=f"{n}", name=f"{n}", class1="其他排口", water_body=river, org=unit, set_mode="登记", enterprise=holder
        )  # fmt: skip
        records.save(outlet, records.SYSTEM)
    return [city, *counties, *units, *firms]


# Made for this test; the check characters are right (GB 32100-2015).
USCC = [
    first + uscc_check(first) for first in ("91500229000000000", "91500229000000001", "91500229000000002")
]


@pytest.mark.parametrize("seed", range(25))
def test_lists_and_questions_agree(world, seed):
    dice = random.Random(seed)
    user = User.objects.create_user("a", password="x" * 12)
    for org in dice.sample(world, dice.randint(0, 3)):
        Grant.objects.create(
            user=user, org=org, role=dice.choice(Grant.Role.values), registers=dice.choice(PATTERNS),
            actions=" ".join(dice.sample(ACTIONS, 4)) if dice.random() < 0.3 else "",
        )  # fmt: skip
    register = get("water.outlet")
    for action in ACTIONS:
        listed = set(reading.visible_to(register, user, action))
        assert listed == {o for o in Outlet.objects.all() if reading.may(register, user, action, o)}, action
        for county in world[1:3]:
            inside = set(reading.visible_to(register, user, action, county))
            assert inside == {o for o in listed if o.county == county}, action


def test_an_enterprise_sees_its_own_only(world):
    user = User.objects.create_user("e", password="x" * 12)
    firm = Org.objects.filter(kind="enterprise").first()
    Grant.objects.create(user=user, org=firm, role="enterprise")
    register = get("water.outlet")
    mine = reading.visible_to(register, user).get()
    assert mine.enterprise.unit == firm
    assert not reading.visible_to(get("master.waterbody"), user).exists()
    assert not access.can(user, "view", firm)


def test_what_cannot_be_read_cannot_be_overwritten(world):
    user, outlet = User.objects.create_user("u", password="x" * 12), Outlet.objects.first()
    Grant.objects.create(user=user, org=outlet.org, role="unit")
    outlet.sources = "上游三家"  # nobody said it before, and that everybody sees
    assert records.save(outlet, Actor(user))
    outlet.sources = "改"
    with pytest.raises(ValidationError, match="没有权限查看"):
        records.save(outlet, Actor(user))
    outlet.sources, outlet.name = "上游三家", "改"
    assert records.save(outlet, Actor(user))


def test_an_enterprise_cannot_choose_who_answers_for_it(world):
    user, outlet = User.objects.create_user("e", password="x" * 12), Outlet.objects.get(org__code="500229001")
    Grant.objects.create(user=user, org=outlet.enterprise.unit, role="enterprise")
    other = Org.objects.get(code="500229002")
    outlet.org = other
    with pytest.raises(PermissionDenied, match="责任单位"):
        records.save(outlet, Actor(user))
    fresh = Outlet(
        code="new", name="新", class1="其他排口", water_body=outlet.water_body, org=other, set_mode="登记",
        enterprise=outlet.enterprise,
    )  # fmt: skip
    with pytest.raises(PermissionDenied, match="责任单位"):
        records.save(fresh, Actor(user))
    fresh.org = outlet.enterprise.org
    assert records.save(fresh, Actor(user))
    fresh.enterprise = Enterprise.objects.exclude(pk=outlet.enterprise_id).first()
    with pytest.raises(PermissionDenied):
        records.save(fresh, Actor(user))
