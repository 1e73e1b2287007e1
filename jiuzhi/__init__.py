"""Jiuzhi 九治: a county's five-year ecological-environment plan as a running system."""

__version__ = "0.1.0"
