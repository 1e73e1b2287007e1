"""Fixtures every area shares."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _shared() -> Path:
    return Path(os.environ.get("JIUZHI_TEST_DATA", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real plans and measurements kept outside the project.

    A person's own machine does not have it: there the test is skipped and says so. In CI its absence is a failure.
    """
    folder = _shared()
    if not (folder / "seeds").is_dir():
        message = "真实规划与监测数据不在本机：把 JIUZHI_TEST_DATA 指向它们所在的文件夹"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    """Every test writes below a folder of its own, never into the installation's."""
    settings.HOME = tmp_path
    settings.LAKE_DIR = tmp_path / "lake"
    settings.INBOX_FILE = tmp_path / "inbox.sqlite3"
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    settings.MEDIA_ROOT = tmp_path / "evidence"
