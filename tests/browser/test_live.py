"""A value that comes into the lake appears on an open page by itself; charts of what stations report."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Another process takes the value in, as the gateway does.
TAKE_IN = """
import django
django.setup()
from datetime import UTC, datetime
from tests.observe.messages import report
report("500229-A01", "PM2.5", "instant", (datetime.now(UTC), {value!r}), synthetic=True)
"""


@pytest.fixture
def take_in(scene):
    def take_in(value):
        environment = scene | {"DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings", "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [sys.executable, "-c", TAKE_IN.format(value=value)], env=environment, cwd=ROOT, check=True
        )

    return take_in


def test_a_value_appears_by_itself(page, take_in):
    value = {"phone": "41.25", "laptop": "42.25", "wall": "43.25"}[page.size]
    page.goto("/county/500229/stations/500229-A01/?tab=live&property=PM2.5&kind=instant")
    page.wait_for_load_state("networkidle")
    assert value not in page.inner_text("main")
    page.evaluate("window.stayed = true")
    take_in(value)
    page.wait_for_selector(f".now-j b:has-text('{value}')", timeout=10_000)
    assert page.locator(f"#live-rows td:has-text('{value}')").count() == 1
    assert page.evaluate("window.stayed"), "the page was not loaded again"
    page.wait_for_selector("#series-chart[data-ready] svg")


def test_what_was_zoomed_into_stays_when_values_come(page):
    page.goto("/county/500229/stations/500229-A01/?tab=live&property=PM2.5&period=30d")
    page.wait_for_selector("#series-chart[data-ready] svg")
    shown = page.evaluate("""async () => {
        const box = document.getElementById("series-chart");
        const chart = (await import("echarts")).getInstanceByDom(box);
        chart.dispatchAction({ type: "dataZoom", start: 40, end: 60 });
        box.dispatchEvent(new Event("redraw"));
        const { start, end } = chart.getOption().dataZoom[0];
        return [start, end];
    }""")
    assert shown == [40, 60]


def test_two_stations_are_compared_and_one_is_added(page):
    page.goto("/county/500229/stations/500229-A01/?tab=live&period=7d")
    page.click("text=与别的站比")
    page.wait_for_selector("#series-chart[data-ready] svg")
    page.select_option("#a", "500229-A02")
    page.select_option("#i", "PM2.5")
    page.click("button:has-text('显示')")
    page.wait_for_url("**s=500229-A01**s=500229-A02**")
    page.wait_for_selector("#series-chart[data-ready] svg")
    assert page.locator(".chips.series .drop").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_stations_values_are_downloaded(page):
    page.goto("/county/500229/stations/500229-A01/?tab=live&period=7d")
    page.click(".take summary")
    with page.expect_download() as download:
        page.click(".take a >> nth=0")
    assert download.value.suggested_filename.endswith("_模拟数据.csv")
