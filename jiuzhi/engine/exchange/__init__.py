"""Registers in Excel and CSV: templates, dry runs, import, export, and the person's own workbook handed back."""
