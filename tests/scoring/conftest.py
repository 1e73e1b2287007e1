from tests.registers.conftest import land, person  # noqa: F401
