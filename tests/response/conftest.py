from datetime import datetime, timedelta

import pytest

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.engine.response import publish
from tests.registers.conftest import land, person  # noqa: F401

NOW = datetime(2026, 11, 25, 15, 4, 5, 678, tzinfo=LOCAL)
BUREAU = "500229-县生态环境局"


def words(**more):
    return {
        "event": "重污染天气", "level": 2, "category": "Env", "response": "Prepare", "urgency": "Expected", "severity": "",
        "certainty": "Likely", "headline": "城口县发布重污染天气黄色预警", "description": "预计未来三天轻至中度污染。",
        "instruction": "老人儿童减少户外活动。", "expires": NOW + timedelta(days=2), "area": "城口县全域", "geocodes": "500229",
    } | more  # fmt: skip


@pytest.fixture
def drafted(land):  # noqa: F811
    """``drafted(**fields)``: a draft of the county's bureau."""

    def made(at=NOW, kind="Alert", replaces=None, **more):
        return publish.draft(land[BUREAU], words(**more), records.SYSTEM, at=at, kind=kind, replaces=replaces)

    return made


@pytest.fixture
def out(drafted):
    """``out(**fields)``: the same, published."""

    def made(at=NOW, **more):
        found = drafted(at=at, **more)
        publish.publish(found, records.SYSTEM, at=at, web="https://county.example/w")
        return found

    return made
