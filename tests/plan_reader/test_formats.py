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


BOX = [
    "专栏3 水环境重点工程",
    "污水治理",
    "1.管网工程。新建污水管网50公里。",
    "生态修复",
    "修复岸线12.5公里。",
]


def test_measures_inside_a_box_are_read(tmp_path):
    document = docx.Document()
    for line in (
        "云台县“十五五”规划",
        "第一章 重点任务",
        "第一节 治水",
        "推进治水工作，加强河流治理。",
        BOX[0],
    ):
        document.add_paragraph(line)
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = BOX[1]
    for line in BOX[2:]:
        cell.add_paragraph(line)
    document.save(tmp_path / "规划.docx")
    grid = "\n".join(["云台县“十五五”规划", "第一章 重点任务", "第一节 治水", BOX[0], "\t类型\t主要内容", *(
        f"\t{a}\t{b}" for a, b in ((BOX[1], "新建污水管网50公里，完善收集体系"), (BOX[3], "修复岸线12.5公里，建设缓冲带"))
    )])  # fmt: skip
    for pack in (read_plan(tmp_path / "规划.docx"), read_text(grid)):
        assert [(r.name, r.value, r.unit, r.kind) for r in pack.commitments] == [
            ("新建污水管网长度", "50", "公里", "target"), ("修复岸线长度", "12.5", "公里", "target"),
        ]  # fmt: skip


def test_headings_by_style_alone_make_the_outline(tmp_path):
    document = docx.Document()
    for text, level in (("规划目标", 1), ("重点任务", 1), ("治水", 2)):
        document.add_heading(text, level)
    document.add_paragraph("到2030年，污水处理率达到98%。")
    document.save(tmp_path / "规划.docx")
    pack = read_plan(tmp_path / "规划.docx")
    assert [(c.id, c.level, c.title) for c in pack.clauses[:3]] == [
        ("1", "chapter", "规划目标"), ("2", "chapter", "重点任务"), ("2.1", "section", "治水"),
    ]  # fmt: skip
    assert [(r.name, r.value) for r in pack.commitments] == [("污水处理率", "98")]


def test_a_header_of_two_rows_gives_each_column_its_year(tmp_path):
    document = docx.Document()
    document.add_paragraph("第一章 目标")
    rows = [["序号", "指标名称", "现状值", "目标值", "", "牵头部门"], ["", "", "2025年", "2027年", "2030年", ""],
            ["1", "优良天数比率（%）", "97.3", "97", "≥97.5", "县生态环境局"], ["2", "能耗下降（%）", "—", "〔8〕", "达到市级要求", "县发展改革局"]]  # fmt: skip
    table = document.add_table(rows=0, cols=6)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    table.cell(0, 3).merge(table.cell(0, 4))
    for column in (0, 1, 5):
        table.cell(0, column).merge(table.cell(1, column))
    document.save(tmp_path / "规划.docx")
    rows = read_plan(tmp_path / "规划.docx").commitments
    assert [(r.kind, r.year, r.comparator, r.value, r.value_text, r.scope) for r in rows] == [
        ("baseline", "2025", "=", "97.3", "", ""), ("target", "2027", "=", "97", "", ""), ("target", "2030", ">=", "97.5", "", ""),
        ("baseline", "2025", "decrease", "", "—", ""), ("target", "2027", "decrease", "8", "", "累计"),
        ("target", "2030", "decrease", "", "达到市级要求", ""),
    ]  # fmt: skip
