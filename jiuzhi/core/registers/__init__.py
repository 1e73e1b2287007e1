"""Registers: a declaration of a few lines from which list, form, Excel, API, map, permissions and tests follow."""

from .columns import Column
from .declare import REGISTERS, Register, get, of
from .lifecycle import Lifecycle, Step

__all__ = ["REGISTERS", "Column", "Lifecycle", "Register", "Step", "get", "of"]
