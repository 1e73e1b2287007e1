"""An indicator over unsaved records of its register: a field it reads must exist there."""

from datetime import date
from typing import Any

from jiuzhi.core import registers
from jiuzhi.engine.indicators.registry import INDICATORS, Inputs, Result

DAY = date(2026, 11, 24)


def standing(code: str, records: list[dict[str, Any]]) -> Result:
    """The value of 2026 up to `DAY`; a reference is given as what people call the record."""
    declared = INDICATORS[code]
    register = registers.get(declared.register)
    links = {c.name for c in register.fields.values() if c.kind == "ref"}
    rows = []
    for given in records:
        record = register.model(**{k: v for k, v in given.items() if k not in links})
        rows.append({n: given.get(n) if n in links else getattr(record, n) for n in register.fields})
    return declared.function(Inputs("500999", "2026", date(2026, 1, 1), DAY, False, rows))
