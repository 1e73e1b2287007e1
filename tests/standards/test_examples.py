"""The examples in the documentation and in the docstrings run as they stand."""

import doctest
import importlib
from pathlib import Path

import pytest

MODULES = ["rounding", "aqi", "air_days", "air_year", "water", "lake"]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    result = doctest.testmod(importlib.import_module(f"jiuzhi.science.standards.{name}"))
    assert (result.failed, result.attempted > 0) == (0, True)


def test_documentation():
    page = Path(__file__).resolve().parents[2] / "docs" / "standards.md"
    assert doctest.testfile(str(page), module_relative=False).failed == 0
