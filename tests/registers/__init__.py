"""Registers as people meet them: over every declaration, nothing by hand."""
