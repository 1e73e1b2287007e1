"""The Word file: Chinese fonts named everywhere, headings numbered, headers repeated, the same bytes from the same report."""

import re
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from jiuzhi.engine.reports.compose import compose
from jiuzhi.engine.reports.fonts import fonts, lacking
from jiuzhi.engine.reports.word import to_docx

CHINESE = {"仿宋", "宋体", "楷体", "黑体"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    from .conftest import sample

    report = sample()
    return report, to_docx(report, tmp_path_factory.mktemp("word") / "r.docx")


def _parts(path):
    with zipfile.ZipFile(path) as package:
        names = [
            n for n in package.namelist() if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", n)
        ]
        return {n: etree.fromstring(package.read(n)) for n in names}


def test_every_run_names_a_chinese_font(made):
    runs = 0
    for root in _parts(made[1]).values():
        for run in root.iter(qn("w:r")):
            if run.find(qn("w:t")) is None:
                continue
            named = run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
            assert named is not None, "".join(run.itertext())
            assert named.get(qn("w:eastAsia")) in CHINESE
            assert not [a for a in named.attrib if a.endswith("Theme")]
            runs += 1
    assert runs > 300


def test_no_font_file_travels_with_it(made):
    with zipfile.ZipFile(made[1]) as package:
        assert not [
            n for n in package.namelist() if n.startswith("word/fonts/") or n.endswith((".odttf", ".ttf"))
        ]


def test_all_text_is_there_and_has_glyphs(made):
    report, path = made
    text = "".join("".join(root.itertext()) for root in _parts(path).values())
    assert {c for c in compose(report).text() if not c.isspace()} <= set(text)
    assert lacking(text, fonts().regular) == []


def test_headings_are_styles_and_numbered(made):
    document = Document(made[1])
    by_level = {
        level: [p.text for p in document.paragraphs if p.style.name == f"Heading {level}"]
        for level in (1, 2, 3)
    }
    assert [t[:2] for t in by_level[1]] == ["一、", "二、", "三、", "四、", "五、", "六、"]
    assert by_level[2][0].startswith("（一）")
    assert by_level[3][0].startswith("1. ")


def test_tables_repeat_their_header_and_have_the_plans_columns(made):
    tables = Document(made[1]).tables
    assert all(t.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for t in tables)
    heads = [[c.text for c in t.rows[0].cells] for t in tables]
    assert ["序号", "指标", "单位", "类型", "基线", "目标值", "现值", "进度评价", "责任单位"] in heads


def test_contents_page_numbers_and_marks(made):
    parts = _parts(made[1])
    body = parts["word/document.xml"]
    instructions = [e.text for e in body.iter(qn("w:instrText"))]
    assert any("TOC" in i for i in instructions)
    targets = {e.get(qn("w:name")) for e in body.iter(qn("w:bookmarkStart"))}
    links = {e.get(qn("w:anchor")) for e in body.iter(qn("w:hyperlink"))}
    assert links
    assert links <= targets
    begins = sum(e.get(qn("w:fldCharType")) == "begin" for e in body.iter(qn("w:fldChar")))
    ends = sum(e.get(qn("w:fldCharType")) == "end" for e in body.iter(qn("w:fldChar")))
    assert begins == ends
    footers = "".join(i.text for n, r in parts.items() if "footer" in n for i in r.iter(qn("w:instrText")))
    assert "PAGE" in footers
    assert any("含模拟数据" in "".join(r.itertext()) for n, r in parts.items() if "header" in n)


def test_page_is_a4(made):
    section = Document(made[1]).sections[-1]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_pictures_say_what_they_show(made):
    body = _parts(made[1])["word/document.xml"]
    said = [
        e.get("descr")
        for e in body.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr")
    ]
    assert len(said) == 1 + len(made[0].curves)
    assert all(said)


def test_same_report_same_bytes(made, tmp_path):
    assert to_docx(made[0], tmp_path / "again.docx").read_bytes() == made[1].read_bytes()


# Children of the parts this module writes itself, in the order of the schema (ECMA-376 part 1); Word calls a file damaged
# that has them otherwise.
ORDER = {
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang",
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
}


def test_children_stand_in_the_order_word_expects(made):
    for root in _parts(made[1]).values():
        for name, order in ORDER.items():
            places = {qn(f"w:{child}"): place for place, child in enumerate(order.split())}
            for element in root.iter(qn(f"w:{name}")):
                seen = [places[child.tag] for child in element]
                assert seen == sorted(seen), etree.tostring(element)[:400]


def test_ids_are_unique(made):
    body = _parts(made[1])["word/document.xml"]
    marks = [e.get(qn("w:id")) for e in body.iter(qn("w:bookmarkStart"))]
    assert len(marks) == len(set(marks))
