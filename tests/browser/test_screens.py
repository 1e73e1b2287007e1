"""What a person sees: nothing overflows, nothing is cut off, charts are drawn, and the way from a number to its rows."""

import re

import pytest

PAGES = [
    "/county/500229/", "/county/500229/plan/", "/county/500229/plan/?state=behind",
    "/county/500229/plan/projects/", "/county/500229/commitments/", "/county/500229/stations/",
    "/county/500229/stations/500229/", "/county/500229/stations/500229-A01/?property=PM2.5&period=3y",
    "/county/500229/stations/重庆市/水寨子/", "/county/500229/imports/", "/county/500229/report/", "/county/500229/more/",
    "/systems/", "/search/?q=水", "/design/",
    "/county/500229/stations/500229-A01/?tab=live&period=30d", "/county/500229/compare/",
    "/county/500229/patrols/", "/county/500229/patrols/duties/", "/county/500229/patrols/duties/new/",
    "/county/500229/alerts/", "/county/500229/alerts/rules/", "/county/500229/alerts/rules/risk.expired_supply/", "/county/500229/messages/",
    "/county/500229/channels/", "/county/500229/channels/new/", "/county/500229/warnings/", "/county/500229/warnings/new/",
    "/county/500229/cases/", "/county/500229/cases/board/", "/county/500229/cases/map/", "/county/500229/cases/calendar/",
    "/county/500229/cases/new/", "/county/500229/duties/", "/county/500229/scores/", "/county/500229/scores/cards/",
    "/public/500229/complaints/", "/public/500229/warnings/",
    "/county/500229/compare/?s=500229-A01|PM2.5&s=重庆市/水寨子|DO&period=7d",
]  # fmt: skip

# A text is cut off when its box hides what overflows, unless it is meant to (clamped lines with the whole text elsewhere).
CUT_OFF = """() => [...document.querySelectorAll('main *, .side *, .top *, .tabs-phone *')].filter((e) => {
  const s = getComputedStyle(e);
  if (e.closest('.sr, .chart, details:not([open]) > :not(summary), .tile .d, .todo .sub, .reg .serves, .cal-case') || s.display === 'none' || s.display === 'inline') return false;
  if (!e.childNodes.length || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) return false;
  return (s.overflowX === 'hidden' && e.scrollWidth > e.clientWidth + 1) || (s.overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 2);
}).map((e) => e.outerHTML.slice(0, 120))"""

# The side bar's own counts and marks may be small; nothing people read is below 12 px.
SMALL = """() => [...document.querySelectorAll('main *')].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())
  && !e.closest('.sr, svg') && parseFloat(getComputedStyle(e).fontSize) < 12).map((e) => e.outerHTML.slice(0, 120))"""


def one_commitment(page, name="PM2.5"):
    page.goto("/county/500229/commitments/?q=" + name)
    page.click("main table a")
    page.wait_for_selector("h1")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_overflows_and_nothing_is_cut_off(page, path):
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SMALL) == []


def test_a_commitment_is_drawn_and_leads_down_to_the_raw_rows(page):
    one_commitment(page)
    page.wait_for_selector("#path-chart[data-ready] svg")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.click("text=查看原始记录")
    page.click("main table a >> nth=0")
    page.wait_for_selector("h1:has-text('原始观测')")
    assert page.locator("main table tbody tr").count() > 10
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_patrol_is_drawn_with_what_was_found_on_it(page):
    page.goto("/county/500229/patrols/")
    page.click("tr:has(td[data-th='发现']:not(:empty)) a >> nth=0")
    page.wait_for_selector("[data-map][data-ready]:not([data-ready=none])")
    assert page.locator(".map-key .mk").count() == 3
    page.wait_for_function(
        "[...document.querySelectorAll('.shots img')].some((i) => i.complete && i.naturalWidth)"
    )
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.click(".found a:has-text('问题') >> nth=0")
    page.wait_for_selector(".pair img")
    page.click("text=看这次巡查")
    page.wait_for_selector("[data-map]")


def test_a_station_shows_series_and_calendar(page):
    page.goto("/county/500229/stations/")
    page.click("text=城区一号站")
    page.wait_for_selector("#series-chart[data-ready] svg")
    assert page.locator(".month i.d").count() >= 300
    page.select_option("#p", "PM2.5")
    page.wait_for_url(re.compile("property=PM2.5"))


def test_an_owner_is_assigned_inline_and_taken_back(page):
    page.goto("/county/500229/plan/?owner=none")
    link = page.locator("a.linkish", has_text=re.compile("^指定$")).first
    link.click()
    page.wait_for_selector(".slot select[name=owner]")
    page.select_option(".slot select[name=owner]", index=2)
    page.click(".slot button.primary")
    page.wait_for_selector(".slot .note.success")
    page.click(".slot button:has-text('撤销')")
    page.wait_for_selector("text=已恢复")


def test_a_sentence_is_asked_for_in_place(page):
    page.goto("/county/500229/plan/?q=PM2.5")
    page.locator("a.linkish", has_text="原文").last.click()
    page.wait_for_selector(".slot .note, .slot blockquote")


def test_the_keyboard_reaches_content_and_search(page):
    page.goto("/county/500229/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("水寨子")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=任河 水寨子")


def test_charts_are_loaded_only_where_there_is_one(page):
    asked = []
    page.on("request", lambda r: asked.append(r.url))
    page.goto("/county/500229/commitments/")
    page.wait_for_load_state("networkidle")
    assert not [u for u in asked if "echarts" in u]
    assert not [u for u in asked if not u.startswith(page.url.split("/county")[0])]


def test_essential_reading_works_without_scripts(chromium, site, cookies):
    context = chromium.new_context(
        java_script_enabled=False, base_url=site, viewport={"width": 390, "height": 844}
    )
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto("/county/500229/plan/")
    page.click("summary:has-text('第三章')")
    page.locator("details[open] > .body > details > summary").first.click()
    assert page.locator("details[open] details[open] > .body").first.is_visible()
    page.goto("/county/500229/commitments/?q=PM2.5")
    page.click("main table a")
    assert page.locator("text=逐期数值").is_visible()
    assert page.locator("main table tbody tr").count() >= 3
    context.close()


def test_contrast_is_enough(page):
    """Every text in the main part against its own ground, by WCAG 2: 4.5 (3 for large)."""
    script = """() => {
      const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
      const lum = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = (e) => { for (; e; e = e.parentElement) { const s = getComputedStyle(e); if (s.backgroundImage !== 'none') return null;
        const c = rgb(s.backgroundColor); if (c.length < 4 || c[3] > 0.99) return c; } return [255, 255, 255]; };
      return [...document.querySelectorAll('main *, .side *, .top *')].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())
          && e.offsetParent && !e.closest('.sr, svg, [disabled], .glyph, option')).flatMap((e) => {
        const s = getComputedStyle(e), g = ground(e), c = rgb(s.color);
        if (!g || s.color.startsWith('oklch') || s.color.startsWith('color')) return [];
        const [a, b] = [lum(c), lum(g)].sort((x, y) => y - x), size = parseFloat(s.fontSize);
        const need = size >= 24 || (size >= 18.7 && s.fontWeight >= 700) ? 3 : 4.5;
        return (a + 0.05) / (b + 0.05) < need ? [`${((a + 0.05) / (b + 0.05)).toFixed(2)} ${e.outerHTML.slice(0, 100)}`] : [];
      }).slice(0, 5); }"""
    for path in (
        "/county/500229/",
        "/county/500229/plan/?state=behind",
        "/county/500229/stations/",
        "/design/",
        "/systems/",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(script) == [], path


def test_the_bell_and_the_menu_count_without_being_asked(page):
    page.goto("/county/500229/plan/")
    page.wait_for_selector("#bell[hx-trigger^=every]")
    assert "消息" in page.text_content("#bell")
    if page.viewport_size["width"] > 800:
        assert page.text_content("#n-alerts").strip().isdecimal()
