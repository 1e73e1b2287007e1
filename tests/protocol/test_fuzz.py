"""A coverage-guided fuzz run of bounded length over both codecs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS = 60_000


def test_any_bytes_give_frames_or_reasons(tmp_path, lacking):
    try:
        import atheris  # noqa: F401
    except ImportError:
        lacking("atheris 不在本机（只有 Linux x86-64 的轮子）：编解码的覆盖引导模糊测试没有运行")
    done = subprocess.run(
        [sys.executable, "-m", "tests.protocol.fuzz", str(tmp_path / "corpus"), f"-runs={RUNS}", "-max_len=700", "-seed=212", "-timeout=5",
         f"-artifact_prefix={tmp_path}/"], cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr
