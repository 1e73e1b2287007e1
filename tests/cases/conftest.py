from tests.registers.conftest import land, load, person  # noqa: F401
