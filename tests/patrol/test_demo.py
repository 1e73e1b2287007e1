"""The walks of the demo."""

from jiuzhi.core.models import Grant, User
from jiuzhi.engine.patrol.models import Duty, Patrol
from jiuzhi.interfaces.cli import demo_patrols

from .conftest import NOW, UNIT


def test_the_demo_walks_once_and_one_walk_is_doubted(land):
    user = User.objects.create_user("hezhang")
    Grant.objects.create(user=user, role="chief", org=land[UNIT])
    for _ in range(2):
        demo_patrols.make(NOW.date())
    assert Duty.objects.count() == len(demo_patrols.DUTIES)
    assert sorted(Patrol.objects.values_list("state", flat=True)) == ["doubtful", "good", "good", "good"]
    assert all(Patrol.objects.values_list("synthetic", flat=True))
