"""The plan reader: seconds per document in a fresh process, and the scores against hand-made gold."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.testdata import SHARED

DOCUMENTS = {"城口县": "000_748aa711e2f34984.txt", "石柱土家族自治县": "002_14d58a66c205569b.txt"}


def _read(document: Path, folder: Path) -> float:
    """Seconds of one whole `jiuzhi plan read`, start-up included."""
    start = time.perf_counter()
    command = [Path(sys.executable).with_name("jiuzhi"), "plan", "read", document, "-o", folder, "--json"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def rows() -> list[tuple[str, str, str]]:
    out = []
    with tempfile.TemporaryDirectory() as scratch:
        for county, name in DOCUMENTS.items():
            seconds = [_read(SHARED / "seeds" / name, Path(scratch) / f"{county}{n}") for n in range(3)]
            out.append((f"plan read {county}", f"{min(seconds):.2f} s", "best of 3, new process, aim < 2 s"))
        gold = SHARED / "gold"
        score = subprocess.run(
            [sys.executable, SHARED / "checks" / "score_plan.py", SHARED / "seeds" / DOCUMENTS["城口县"],
             Path(scratch) / "城口县0", gold / "chengkou_indicators.csv", gold / "chengkou_tasks.csv"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    for line in score.stdout.splitlines():
        what, _, figure = line.partition(": ")
        out.append((f"reader, {what}", figure.strip(), "城口县 against the hand-made gold"))
    return out
