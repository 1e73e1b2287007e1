"""Where the real measurements lie that benchmarks read: JIUZHI_TEST_DATA, or `shared` beside the checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("JIUZHI_TEST_DATA", ROOT.parent / "shared"))
