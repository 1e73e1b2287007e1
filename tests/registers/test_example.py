"""The register that docs/registers.md shows is one: it runs as printed, within the promised lines."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASKED = """
import django
django.setup()
space = {"__name__": "jiuzhi.domains.water.models"}
exec(open(r"%s", encoding="utf-8").read(), space)
from decimal import Decimal
from jiuzhi.core.registers import get
from jiuzhi.interfaces.api import schemas
register = get("water.intake")
assert register.placed and register.key == ("code",)
assert space["Intake"](taken=Decimal(2), permitted=Decimal(1)).faults()
assert not space["Intake"](taken=Decimal(1), permitted=Decimal(2)).faults()
print(sorted(schemas.created(register).model_fields)[:3], register.fields["permitted"].heading)
"""


def test_the_example_of_the_documentation_runs_as_printed(tmp_path):
    text = (ROOT / "docs" / "registers.md").read_text(encoding="utf-8")
    code = re.search(r"<!-- register example -->\n```python\n(.*?)```", text, re.S)[1]
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 60
    file = tmp_path / "example.py"
    file.write_text(code, encoding="utf-8")
    scene = os.environ | {
        "DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings",
        "JIUZHI_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", ASKED % file], env=scene, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "许可水量 [万m3/a]" in done.stdout
