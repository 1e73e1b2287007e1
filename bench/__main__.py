"""`make bench`: one table from one run. Each module of this folder that has `rows()` contributes.

A row is (what, figure, note). The machine is small and noisy: read the ratios, not the seconds.
"""

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

MODULES = (
    "reader", "air_assessment", "lake", "hindcast", "pages", "registers_lines", "registers_exchange", "registers_pages",
    "gateway", "gateway_page",
    "sensorthings", "alerts", "cases",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help=f"some of: {' '.join(MODULES)}")
    chosen = parser.parse_args().only or MODULES
    if unknown := set(chosen) - set(MODULES):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    table = Table(title=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for heading in ("what", "figure", "note"):
        table.add_column(heading, overflow="fold")
    failed = False
    for name in chosen:
        rows: Callable[[], list[tuple[str, str, str]]] = importlib.import_module(f"bench.{name}").rows
        try:
            for row in rows():
                table.add_row(*row)
        except Exception as error:  # noqa: BLE001 - one broken measurement must not hide the others; it is printed and fails the run
            table.add_row(name, "FAILED", repr(error))
            failed = True
        table.add_section()
    Console(width=150).print(table)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
