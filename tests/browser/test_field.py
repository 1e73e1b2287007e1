"""A patrol walked without a network: nothing is lost, nothing is kept twice."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
MAKE = """
import django
django.setup()
from datetime import date
from django.core.management import call_command
call_command("migrate", verbosity=0)
from jiuzhi.core import records
from jiuzhi.core.models import Grant, Org, User
from jiuzhi.engine.patrol.models import Duty
county = Org.objects.create(code="500229", name="城口县", kind="county")
user = User.objects.create_user("hezhang", password="jiuzhi-demo")
Grant.objects.create(user=user, role="chief", org=county)
records.save(Duty(code="1", name="任河城区段", kind="河长", level="县", org=county, valid_from=date(2026, 1, 1)), records.SYSTEM, "test")
"""
COUNT = """
import django
django.setup()
import json, sys
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.patrol.models import Finding, Patrol
from jiuzhi.core.models import Attachment
real = Patrol.objects.exclude(note="模拟巡查")
print(json.dumps([real.count(), Finding.objects.count(), Case.objects.filter(origin__startswith="patrol:").count(),
    Attachment.objects.filter(register="patrol.finding").count(), [len(p.track) for p in real]]))
"""


def kept(scene):
    environment = scene | {"DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings", "PYTHONPATH": str(ROOT)}
    out = subprocess.run(
        [sys.executable, "-c", COUNT], env=environment, cwd=ROOT, check=True, capture_output=True
    )
    return json.loads(out.stdout)


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A county of its own with one duty: what this page needs is little."""
    more = {
        "JIUZHI_HOME": str(tmp_path_factory.mktemp("field")),
        "DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings",
    }
    made = os.environ | more | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", MAKE], env=made, cwd=ROOT, check=True)
    return made


@pytest.fixture(scope="module")
def site(scene):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = "from jiuzhi.interfaces.cli.main import app; app()"
    serving = subprocess.Popen(
        [sys.executable, "-c", run, "serve", "--no-gateway", "--port", str(port)], env=scene, cwd=ROOT
    )
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


@pytest.fixture
def phone(chromium, site):
    context = chromium.new_context(
        viewport={"width": 360, "height": 780}, locale="zh-CN", base_url=site, permissions=["geolocation"],
        geolocation={"longitude": 108.66, "latitude": 31.94, "accuracy": 5},
    )  # fmt: skip
    page = context.new_page()
    page.on("dialog", lambda d: d.accept())
    page.goto("/login/?next=/field/")
    page.fill("#u", "hezhang")
    page.fill("#p", "jiuzhi-demo")
    page.click("button.primary")
    page.wait_for_selector("body[data-ready] #duties button")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    yield context, page
    context.close()


def test_a_patrol_without_a_network_is_kept_once(phone, scene):
    context, page = phone
    assert "最晚" in page.inner_text("#duties li .tag")
    assert not page.is_visible("#sync")
    context.set_offline(True)
    page.click("#duties button >> nth=0")
    page.wait_for_function("+document.querySelector('#fixes').textContent > 0")
    for n in range(1, 6):
        before = int(page.inner_text("#fixes"))
        context.set_geolocation({"longitude": 108.66 + n * 1e-4, "latitude": 31.94, "accuracy": 5 + n})
        page.wait_for_function(f"+document.querySelector('#fixes').textContent > {before}")
    assert page.inner_text("#way") != "0 m"
    page.reload()
    page.wait_for_selector("#now:not([hidden])")
    assert int(page.inner_text("#fixes")) >= 6
    page.click("#find")
    page.select_option("#kind", "垃圾")
    page.fill("#words", "河边有垃圾")
    photo = io.BytesIO()
    Image.new("RGB", (2400, 1800), "green").save(photo, "JPEG")
    for n in range(2):
        page.set_input_files(
            "#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
        )
        page.wait_for_selector(f"#shots img >> nth={n}")
    page.click("#shots button >> nth=0")
    assert page.locator("#shots img").count() == 1
    page.click("#form button[type=submit]")
    page.wait_for_selector("#queue li.waiting")
    page.click("#stop")
    page.wait_for_selector("#queue li.waiting >> nth=1")
    page.reload()
    page.wait_for_selector("#queue li.waiting >> nth=1")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    lost = []

    def lose_the_first(route):
        if route.request.url in lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()  # the server keeps it, and its answer never arrives
        route.abort()

    context.route("**/field/api/patrols/", lose_the_first)
    context.route("**/field/api/findings/", lose_the_first)
    context.set_offline(False)
    for _ in range(4):
        page.wait_for_timeout(1500)
        if page.is_visible("#sync"):  # there as long as something waits
            page.click("#sync")
    page.wait_for_selector("#queue li.sent >> nth=1")
    assert len(lost) == 2
    assert not page.is_visible("#sync")
    assert "问题编号" in page.inner_text("#queue li.sent:has-text('垃圾') .small")
    patrols, findings, cases, photos, points = kept(scene)
    assert (patrols, findings, cases, photos) == (1, 1, 1, 1)
    assert points[0] >= 6
