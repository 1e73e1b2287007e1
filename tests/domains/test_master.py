"""Rules of the shared objects, and what their sample rows may claim."""

import csv
from pathlib import Path

import pytest

from jiuzhi.master.codes import PERMIT_NUMBER, held_by_other
from jiuzhi.master.models import Enterprise
from jiuzhi.science.standards import industry

SAMPLES = Path(__file__).resolve().parents[2] / "jiuzhi/master/samples"
USCC = "91500229MAMT0001AQ"


def test_an_enterprise_has_an_industry_of_the_standard() -> None:
    assert Enterprise(uscc=USCC, industry="1020").faults() == {}
    assert Enterprise(uscc=USCC).faults() == {}
    assert "0820 锰矿、铬矿采选" in Enterprise(uscc=USCC, industry="B0822").faults()["industry"]
    assert list(Enterprise(uscc=USCC[:-1] + "0", industry="31").faults()) == ["uscc"]


def test_sample_enterprises_have_known_industries() -> None:
    with (SAMPLES / "enterprise.csv").open(encoding="utf-8") as file:
        assert {
            row["name"]: said for row in csv.DictReader(file) if (said := industry.fault(row["industry"]))
        } == {}


@pytest.mark.parametrize(("number", "fits"), [(USCC + "001P", True), (USCC + "001X", True), (USCC + "0011", False), (USCC[:17] + "O001P", False)])  # fmt: skip
def test_one_form_of_permit_numbers(number: str, fits: bool) -> None:
    import re

    assert bool(re.fullmatch(PERMIT_NUMBER[0], number)) == fits
    assert held_by_other(number, USCC) == (number[:18] != USCC)
