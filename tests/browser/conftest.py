"""A real Chromium against a real server with a demo of its own, made once per session."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"phone": (390, 844), "laptop": (1440, 900), "wall": (2560, 1440)}
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


def _jiuzhi(*arguments):
    return [sys.executable, "-c", "from jiuzhi.interfaces.cli.main import app; app()", *arguments]


@pytest.fixture(scope="session")
def chromium(lacking):
    """A launched browser; without one the tests are skipped at home and fail in CI."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("JIUZHI_CHROMIUM") or next(
        (path for name in BROWSERS if (path := shutil.which(name))), None
    )
    if found is None:
        lacking("没有 Chromium：安装它，或用 JIUZHI_CHROMIUM 指明它的位置")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def scene(tmp_path_factory):
    """The environment in which the demo of the tests lives."""
    return os.environ | {"JIUZHI_HOME": str(tmp_path_factory.mktemp("demo")), "JIUZHI_DEMO": "1"}


@pytest.fixture(scope="session")
def site(scene):
    """The address of a served demo."""
    subprocess.run(_jiuzhi("demo", "--no-serve"), env=scene, cwd=ROOT, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serving = subprocess.Popen(_jiuzhi("serve", "--no-gateway", "--port", str(port)), env=scene, cwd=ROOT)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        serving.terminate()
        serving.wait(timeout=20)


@pytest.fixture(scope="session")
def cookies(chromium, site):
    context = chromium.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(site + "/login/")
    page.fill("#u", "chengkou")
    page.fill("#p", "jiuzhi-demo")
    page.click("button.primary")
    page.wait_for_url(site + "/")
    kept = context.cookies()
    context.close()
    return kept


@pytest.fixture(params=list(SIZES))
def page(request, chromium, site, cookies):
    """A signed-in page at one of the three sizes; fails the test for any error in the console."""
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", base_url=site)
    context.add_cookies(cookies)
    opened = context.new_page()
    errors = []
    opened.answers = set()  # statuses that a test asks for on purpose; the browser notes each as an error

    def wanted(text):
        return any(f"status of {code} " in text for code in opened.answers)

    opened.on(
        "console", lambda m: errors.append(m.text) if m.type == "error" and not wanted(m.text) else None
    )
    opened.on("pageerror", lambda e: errors.append(str(e)))
    # Leaving a page cancels what it was still loading (its icon, say): the browser's act, not a fault of the site.
    left = "net::ERR_ABORTED"
    opened.on("requestfailed", lambda r: r.failure != left and errors.append(f"failed: {r.url} {r.failure}"))
    opened.size = request.param
    yield opened
    context.close()
    assert not errors
