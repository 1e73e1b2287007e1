"""Ruled tables of a PDF: cells that wrap, and a row that a page break cuts in two."""

from jiuzhi.engine.plan.reader import decode, read_plan

LEFT, WIDTHS, LINE = 40, (40, 130, 60, 80, 80), 16  # [pt]
HEAD = [["序号"], ["指标"], ["单位"], ["2025年"], ["2030年"]]
FIRST = [
    HEAD,
    [["1"], ["优良天数比率"], ["%"], ["92.3"], ["≥93"]],
    [["2"], ["断面水质", "优良比例"], ["%"], ["98"], ["100"]],
    [["3"], ["生活垃圾回收"], ["%"], ["35"], ["45以上"]],
]
SECOND = [[[""], ["利用率"], [""], [""], [""]], [["4"], ["⽔⼟保持率"], ["%"], ["84.3"], ["85.1"]]]


def word(x, y, text):
    return f"BT /F1 10 Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET"


def page(lines, rows, below):
    """Drawing commands of one page: lines of text, a ruled table, lines of text."""
    out, y = [], 800
    for line in lines:
        out.append(word(LEFT, y, line))
        y -= LINE
    for row in rows:
        height, x = LINE * max(len(cell) for cell in row) + 4, LEFT
        for width, cell in zip(WIDTHS, row, strict=True):
            out.append(f"{x} {y - height} {width} {height} re S")
            out += [word(x + 3, y - 12 - LINE * n, part) for n, part in enumerate(cell) if part]
            x += width
        y -= height
    for line in below:
        y -= LINE + 6
        out.append(word(LEFT, y, line))
    return " ".join(out)


def pdf(*contents):
    """A PDF whose font's codes are the characters themselves."""
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def 1 begincodespacerange "
        "<0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"
    )
    kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(contents)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        "/Supplement 0 >> /DW 1000 >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    ]
    for n, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 840] /Contents {7 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    out, at = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        at.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{n:010d} 00000 n \n".encode() for n in at)
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()


def test_a_ruled_table_over_two_pages(tmp_path):
    path = tmp_path / "规划.pdf"
    before = [
        "东山县“十五五”规划（2026—2030年）",
        "第一章 总体要求",
        "第一节 规划目标",
        "到2030年，生态环境更好。",
        "专栏1 主要指标",
    ]
    after = ["第二章 重点任务", "第一节 治水", "新建人工湿地2处。"]
    path.write_bytes(pdf(page(before, FIRST, ["7"]), page([], SECOND, after)))
    pack = read_plan(path)
    table = [
        (r.name, r.kind, r.comparator, r.value, r.year) for r in pack.commitments if r.clause.endswith("t1")
    ]
    assert table == [
        ("优良天数比率", "baseline", "=", "92.3", "2025"), ("优良天数比率", "target", ">=", "93", "2030"),
        ("断面水质优良比例", "baseline", "=", "98", "2025"), ("断面水质优良比例", "target", "=", "100", "2030"),
        ("生活垃圾回收利用率", "baseline", "=", "35", "2025"), ("生活垃圾回收利用率", "target", ">=", "45", "2030"),
        ("水土保持率", "baseline", "=", "84.3", "2025"), ("水土保持率", "target", "=", "85.1", "2030"),
    ]  # fmt: skip
    assert [r.value for r in pack.commitments if r.clause.startswith("2")] == ["2"]
    text = decode(path).text
    assert all(text[r.start : r.end].strip() for r in pack.commitments)
