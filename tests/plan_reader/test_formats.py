"""The same invented plan in every format and table shape gives the same facts."""

import io

import docx
import pytest

from jiuzhi.engine.plan.reader import decode, read_plan, read_text

from .county_plan import BODY, CAPTION, FRONT, HEADER, ROWS, plan_text, table_text


def facts(pack):
    """What must not depend on how the document came: the facts without where they stand."""
    return [
        (r.name, r.unit, r.kind, r.comparator, r.value, r.value_high, r.year, r.year_basis, r.owner, r.nature)
        for r in pack.commitments
    ]


def titles(pack):
    return [(c.level, c.number, c.title) for c in pack.clauses if c.title != "（无标题段）"]


def docx_bytes():
    document = docx.Document()
    for line in FRONT:
        document.add_paragraph(line)
    for line in BODY:
        if line != "TABLE":
            document.add_paragraph(line)
            continue
        document.add_paragraph(CAPTION)
        table = document.add_table(rows=0, cols=len(HEADER))
        for row in [HEADER, *ROWS]:
            cells = table.add_row().cells
            for cell, text in zip(cells, row, strict=True):
                cell.text = text
        for top, bottom in ((1, 2), (3, 4), (5, 7)):
            table.cell(top, 0).merge(table.cell(bottom, 0))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def html_text():
    body = "".join(
        f"<p>{line}</p>" if line != "TABLE" else f"<p>{CAPTION}</p>{table_text('html')}"
        for line in [*FRONT, *BODY]
    )
    return (
        f"<!doctype html><html><head><meta charset='gb2312'><title>x</title></head><body>{body}</body></html>"
    )


def pdf_bytes(text):
    """A small PDF with a text layer: one Identity-H font whose codes are the characters themselves."""
    lines = text.split("\n")
    content = (
        "BT /F1 10 Tf 14 TL 40 800 Td "
        + " ".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines)
        + " ET"
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def 1 begincodespacerange "
        "<0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 840] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        "/Supplement 0 >> /DW 1000 >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    ]
    out, at = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        at.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{n:010d} 00000 n \n".encode() for n in at)
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()


@pytest.fixture(scope="module")
def expected():
    return read_text(plan_text("cells"), "plan.txt")


@pytest.mark.parametrize("shape", ["rows", "pipes", "html"])
def test_a_table_reads_the_same_in_every_shape(expected, shape):
    assert facts(read_text(plan_text(shape))) == facts(expected)


def test_a_table_without_any_mark_keeps_names_values_and_links():
    pack = read_text(plan_text("bare"))
    table = {(r.name, r.kind): r.value for r in pack.commitments if r.clause.endswith("t1")}
    assert table["空气质量优良天数比率", "target"] == "95"
    assert table["非化石能源占一次能源消费比重", "baseline"] == "15.2"


def test_docx_reads_as_text_does(expected, tmp_path):
    path = tmp_path / "规划.docx"
    path.write_bytes(docx_bytes())
    pack = read_plan(path)
    assert facts(pack) == facts(expected)
    assert titles(pack) == titles(expected)
    assert decode(path).kind == "docx"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_html_reads_as_text_does(expected, tmp_path, encoding):
    path = tmp_path / "规划.html"
    path.write_bytes(html_text().replace("gb2312", encoding).encode(encoding))
    assert facts(read_plan(path)) == facts(expected)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_text_is_decoded(expected, tmp_path, encoding):
    path = tmp_path / "规划.txt"
    path.write_bytes(plan_text().replace("\n", "\r\n").encode(encoding))
    document = decode(path)
    assert facts(read_plan(path)) == facts(expected)
    assert document.encoding == encoding
    if encoding != "utf-16-le":
        assert document.text == path.read_text(encoding=encoding.removesuffix("-sig"))


def test_pdf_with_a_text_layer(expected, tmp_path):
    text = plan_text().split(CAPTION)[0] + plan_text().split("累计值。\n")[1]
    path = tmp_path / "规划.pdf"
    path.write_bytes(pdf_bytes(text))
    prose = [
        f for f, r in zip(facts(expected), expected.commitments, strict=True) if not r.clause.endswith("t1")
    ]
    assert facts(read_plan(path)) == prose


def test_offsets_give_the_words_back(expected):
    text = plan_text("cells")
    for row in [
        *expected.commitments,
        *expected.tasks,
        *expected.projects,
        *expected.places,
        *expected.organisations,
    ]:
        assert text[row.start : row.end].strip()
    by_name = {r.name: text[r.start : r.end] for r in expected.commitments}
    assert "用水总量控制在1.35亿立方米以内" in by_name["用水总量"]
    assert "28以下" in by_name["细颗粒物（PM2.5）浓度"]
