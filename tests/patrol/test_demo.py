"""The walks of the demo."""

from jiuzhi.core.models import Grant, User
from jiuzhi.engine.patrol.models import Duty, Finding, Patrol
from jiuzhi.interfaces.cli import demo_patrols

from .conftest import NOW, UNIT


def test_the_demo_walks_once_and_one_walk_is_doubted(land):
    user = User.objects.create_user("hezhang")
    Grant.objects.create(user=user, role="chief", org=land[UNIT])
    for _ in range(2):
        demo_patrols.make(NOW.date())
    assert Duty.objects.count() == len(demo_patrols.DUTIES)
    assert sorted(Patrol.objects.values_list("state", flat=True)) == ["doubtful", *["good"] * 5]
    assert [d[0] for d in Patrol.objects.get(state="doubtful").doubts] == ["spot"]
    assert all(Patrol.objects.values_list("synthetic", flat=True))
    found = list(Finding.objects.all())
    assert len(found) == len(demo_patrols.FOUND)
    assert all(f.patrol and f.synthetic and f.case.synthetic and f.case.files.count() == 2 for f in found)
