"""Codes of pollutants (HJ 212-2017 appendix B): known ones pass, others are named with a way out."""

import pytest

from jiuzhi.protocol.hj212 import pollutants


def test_pollutants_by_code() -> None:
    assert len(pollutants.listed()) == 377
    assert pollutants.named("w01018") == "化学需氧量"
    assert pollutants.codes_of("氰化物") == ("w21016", "a21017")
    assert pollutants.find("011") is pollutants.find("w01018")  # the 2005 edition's code
    assert pollutants.find("e20201").name == "出水口COD"  # of the first piece of equipment
    assert pollutants.named("w99999") == pollutants.medium("x") == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("w01018", "化学需氧量", "水"), ""),
        (("a34013", "颗粒物", "气"), ""),
        (("w01018", "氨氮"), "是化学需氧量，不是氨氮"),
        (("w21017", "氟化物", "气"), "废水中的氟化物"),
        (("COD", "化学需氧量"), "化学需氧量是 w01018"),
        (("w99999", "某物"), "后接 5 位数字"),
    ],
)
def test_a_code_is_held_against_its_name_and_its_outlet(given: tuple[str, ...], said: str) -> None:
    found = pollutants.fault(*given)
    assert said in found if said else found == ""
