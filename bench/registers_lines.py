"""Lines a register costs: its model and its declaration, blank lines left out."""

import ast
import inspect
import os
import statistics
import sys

MEDIAN, LONGEST = 60, 90  # what the design allows


def lines(code: str) -> int:
    """Lines of one register's model and declaration."""
    from jiuzhi.core.registers import REGISTERS

    register = REGISTERS[code]
    model = inspect.getsource(register.model)
    package = register.model.__module__.partition(".models")[0]
    source = inspect.getsource(__import__(f"{package}.registers", fromlist=["registers"]))
    calls = [
        ast.get_source_segment(source, node) or ""
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and any(
            k.arg == "model" and getattr(k.value, "id", "") == register.model.__name__
            for k in node.value.keywords
        )
    ]
    if len(calls) != 1:
        raise LookupError(f"{code} is declared {len(calls)} times")
    return sum(1 for line in (model + calls[0]).splitlines() if line.strip())


def rows() -> list[tuple[str, str, str]]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiuzhi.project.settings")
    django.setup()
    from jiuzhi.core.registers import REGISTERS

    counted = {code: lines(code) for code in REGISTERS}
    longest = max(counted, key=counted.__getitem__)
    over = sum(n > MEDIAN for n in counted.values())
    return [
        ("registers: lines of model and declaration, median", f"{statistics.median(counted.values()):g}", f"{len(counted)} registers; aim ≤ {MEDIAN}"),
        ("registers: lines, longest", str(counted[longest]), f"{longest}; {over} above {MEDIAN}; aim ≤ {LONGEST}"),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(print(*rows(), sep="\n"))
