"""The PDF: every character a real glyph of the right shape, the same bytes from the same report."""

import io
import re
import subprocess
from dataclasses import replace

import pypdf
import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from jiuzhi.engine.reports import charts, pdf
from jiuzhi.engine.reports.blocks import Table
from jiuzhi.engine.reports.compose import compose
from jiuzhi.engine.reports.fonts import fonts, lacking, printable
from jiuzhi.engine.reports.model import ReportError
from jiuzhi.engine.reports.words import COLOURS, MARKS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    from .conftest import sample

    report = sample()
    return report, pdf.to_pdf(report, tmp_path_factory.mktemp("pdf") / "r.pdf")


def _embedded(path):
    """Of each font: name, embedded font program, and glyph number → text (from the PDF's own ToUnicode table)."""
    found = {}
    for page in pypdf.PdfReader(path).pages:
        for reference in page["/Resources"].get("/Font", {}).values():
            font = reference.get_object()
            below = font["/DescendantFonts"][0].get_object()
            program = below["/FontDescriptor"].get_object()["/FontFile2"].get_object().get_data()
            table = font["/ToUnicode"].get_object().get_data().decode("latin-1")
            found[font["/BaseFont"]] = (program, _characters(table))
    return found


def _characters(table: str) -> dict[int, str]:
    text = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.S):
        for glyph, code in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            text[int(glyph, 16)] = bytes.fromhex(code).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.S):
        for low, high, code in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            for step in range(int(high, 16) - int(low, 16) + 1):
                text[int(low, 16) + step] = chr(int(code, 16) + step)
    return text


def _outline(font: TTFont, name: str):
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    return pen.value


def test_every_printed_character_is_drawn_with_its_own_glyph(made):
    """A split web font would pass a text search and still print wrong signs: so the outlines themselves are compared."""
    _, path = made
    checked = 0
    for name, (program, characters) in _embedded(path).items():
        source = TTFont(fonts().bold if "Bold" in name else fonts().regular)
        subset = TTFont(io.BytesIO(program))
        order, cmap = subset.getGlyphOrder(), source.getBestCmap()
        for glyph, text in characters.items():
            assert glyph != 0, f"{text} is printed as .notdef"
            if len(text) == 1 and "\u4e00" <= text <= "\u9fff":
                assert _outline(subset, order[glyph]) == _outline(source, cmap[ord(text)]), text
                checked += 1
    assert checked > 250


def test_all_text_of_the_report_can_be_read_back(made):
    report, path = made
    pages = [page.extract_text() for page in pypdf.PdfReader(path).pages]
    printed = {c for page in pages for c in page}
    # Typst writes the ideographic space as a gap, not as a character.
    assert {c for c in compose(report).text() if not c.isspace()} <= printed
    whole = re.sub(r"\s", "", "".join(pages))
    for block in compose(report).blocks:
        if isinstance(block, Table):
            assert re.sub(r"\s", "", block.caption) in whole


def test_fonts_are_embedded_and_are_the_two_weights(made):
    names = set(_embedded(made[1]))
    assert {n.split("+")[1] for n in names} == {"NotoSansSC-Regular", "NotoSansSC-Bold"}


def test_same_report_same_bytes(made, tmp_path):
    report, path = made
    assert pdf.to_pdf(report, tmp_path / "again.pdf").read_bytes() == path.read_bytes()


def test_a4_with_numbers_contents_and_mark_on_every_page(made):
    reader = pypdf.PdfReader(made[1])
    assert [float(v) for v in reader.pages[0].mediabox[2:]] == pytest.approx([595.28, 841.89], abs=0.1)
    assert "目录" in reader.pages[1].extract_text()
    for number, page in enumerate(reader.pages[1:], start=1):
        text = page.extract_text()
        assert "含模拟数据" in text
        assert f"— {number} —" in text
    assert len(reader.outline) >= 6
    assert reader.metadata.title == made[0].title


def test_table_headers_repeat(made):
    pages = [page.extract_text() for page in pypdf.PdfReader(made[1]).pages]
    assert sum("进度评价" in page and "责任单位" in page for page in pages) >= 2


def test_pages_are_not_blank(made, tmp_path, pdftoppm):
    subprocess.run([pdftoppm, "-r", "20", "-gray", str(made[1]), str(tmp_path / "p")], check=True)
    pictures = sorted(tmp_path.glob("p-*.pgm"))
    assert pictures
    assert all(min(p.read_bytes()[20:]) < 100 for p in pictures)


def test_real_report_without_simulated_data_has_no_mark(report, tmp_path):
    rows = [replace(r, synthetic=False) for r in report.targets]
    plain = replace(report, synthetic=False, targets=rows, chapters=[], curves=[], late=[], no_data=[])
    path = pdf.to_pdf(plain, tmp_path / "r.pdf")
    assert "模拟" not in "".join(p.extract_text() for p in pypdf.PdfReader(path).pages)
    assert compose(plain).mark == ""


def test_rare_characters_are_named_not_lost(report, tmp_path):
    rare = chr(0x323AF)  # the last ideograph of Unicode 15.0, in no common font
    assert printable(f"镇{rare}村", fonts()) == "镇〔U+323AF〕村"
    assert printable("CO₂ m³", fonts()) == "CO2 m³"  # this font has no subscripts
    path = pdf.to_pdf(replace(report, summary=[f"镇{rare}村"]), tmp_path / "r.pdf")
    assert "U+323AF" in "".join(p.extract_text() for p in pypdf.PdfReader(path).pages)


def test_text_is_never_read_as_markup(report, tmp_path):
    nasty = '#panic("x") $a_b$ *粗* <b> \\ @ref [方] //注'
    path = pdf.to_pdf(replace(report, summary=[nasty]), tmp_path / "r.pdf")
    text = re.sub(r"\s", "", pypdf.PdfReader(path).pages[2].extract_text())
    assert re.sub(r"\s", "", nasty) in text


def test_missing_font_is_one_sentence(report, tmp_path, settings):
    settings.ASSETS_DIR = tmp_path / "nowhere"
    with pytest.raises(ReportError, match=r"NotoSansSC_400Regular\.ttf.*npm ci"):
        pdf.to_pdf(report, tmp_path / "r.pdf")
    assert not (tmp_path / "r.pdf").exists()


def test_a_chart_without_a_glyph_is_an_error_not_a_box(report, monkeypatch):
    monkeypatch.setattr(charts, "printable", lambda text, found: text + "\U0001f600")
    with pytest.raises(ReportError, match="字体"):
        charts.draw(report, "svg")


def test_marks_and_colours_are_the_same_in_template_and_code():
    template = pdf.files("jiuzhi.engine.reports").joinpath("evaluation.typ").read_text(encoding="utf-8")
    for state, mark in MARKS.items():
        assert f'"{mark}": rgb("{COLOURS[state]}")' in template
    assert lacking("".join(MARKS.values()) + "※—【】（）“”≤≥μµ³㎡℃", fonts().regular) == []
