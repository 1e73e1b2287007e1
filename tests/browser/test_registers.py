"""Every register in a real browser: its list, a record and the empty form, without an error, an overflow or a text cut off."""

import re

import pytest

from jiuzhi.core.registers import REGISTERS

from .test_screens import CUT_OFF, SMALL

AT = "/county/500229/registers/"


def looked_at(page, path):
    page.goto(path)
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert page.evaluate(CUT_OFF) == [], path
    assert page.evaluate(SMALL) == [], path


@pytest.mark.parametrize("domain", sorted({r.domain for r in REGISTERS.values()}))
def test_lists_records_and_forms(page, domain):
    for register in (r for r in REGISTERS.values() if r.domain == domain):
        looked_at(page, f"{AT}{register.code}/")
        first = page.locator(f'main table a[href*="/registers/{register.code}/"]').first
        if first.count():
            looked_at(page, first.get_attribute("href"))
        if page.size == "laptop":
            looked_at(page, f"{AT}{register.code}/about/")
        looked_at(page, f"{AT}{register.code}/new/")


@pytest.mark.parametrize(
    "path", [AT, "/county/500229/periods/", f"{AT}water.outlet/import/", f"{AT}water.outlet/map/"]
)
def test_pages_of_registers(page, path):
    looked_at(page, path)


def test_a_record_is_added_changed_and_its_change_undone(page):
    """As a person does it: typed, refused with a reason, mended, saved, changed, undone."""
    code = f"T-{page.size}"
    page.answers.add(422)  # a refused form is an answer like any other
    page.goto(f"{AT}master.waterbody/new/")
    page.fill("#i-name", code)
    page.click("form.card-j button.primary, main form button.primary")
    page.wait_for_selector("text=必须填写")
    assert page.input_value("#i-name") == code, "what was typed stays"
    page.select_option("#i-kind", "河流")
    page.select_option("#i-org", label="县水利局")
    page.click("main form button.primary >> nth=0")
    page.wait_for_selector(f"h1:has-text('{code}')")
    page.click("text=修改 >> nth=0")
    page.fill("#i-length_km", "12.5")
    page.click("main form button.primary >> nth=0")
    page.wait_for_selector("text=12.5")
    page.click("button:has-text('撤销')")
    page.wait_for_selector("main")
    page.goto(f"{AT}master.waterbody/?q={code}")
    page.click(f"main table a:has-text('{code}')")
    page.wait_for_selector("h1")
    assert not re.search(r"境内长度\s*12\.5", page.inner_text("main"))
