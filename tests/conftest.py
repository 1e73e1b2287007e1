"""Fixtures every area shares."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _shared() -> Path:
    return Path(os.environ.get("JIUZHI_TEST_DATA", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def lacking() -> Callable[[str], NoReturn]:
    """What a person's own machine may lack skips a test and says so; in CI the same is a failure."""

    def said(message: str) -> NoReturn:
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)

    return said


@pytest.fixture(scope="session")
def shared(lacking) -> Path:
    """The folder of real plans and measurements kept outside the project."""
    folder = _shared()
    if not (folder / "seeds").is_dir():
        lacking("真实规划与监测数据不在本机：把 JIUZHI_TEST_DATA 指向它们所在的文件夹")
    return folder


@pytest.fixture(scope="session")
def pdftoppm(lacking) -> str:
    """The command that draws PDF pages (poppler)."""
    found = shutil.which("pdftoppm")
    if found is None:
        lacking("pdftoppm 不在本机：安装 poppler-utils 后再运行")
    return str(found)


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    """Every test writes below a folder of its own, never into the installation's."""
    settings.HOME = tmp_path
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    settings.CACHES = {"default": memory, "attempts": {**memory, "KEY_PREFIX": "attempts"}}
    settings.LAKE_DIR = tmp_path / "lake"
    settings.INBOX_FILE = tmp_path / "inbox.sqlite3"
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    settings.MEDIA_ROOT = tmp_path / "evidence"
