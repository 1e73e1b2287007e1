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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-database", action="store_true", help="only tests that ask for the database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a second database only those tests prove something anew that touch one."""
    if not config.getoption("--only-database"):
        return
    touching = [i for i in items if _touches(i)]
    config.hook.pytest_deselected(items=[i for i in items if not _touches(i)])
    items[:] = touching


def _touches(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Keeping a password slowly is Django's own work; what tests make hundreds of is kept quickly. Kept the slow way it can be read, too."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]  # fmt: skip


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
