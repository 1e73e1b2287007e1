"""Bad documents give one clear sentence; any text gives a pack or that sentence; reading is repeatable and unharmed by typesetting."""

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from jiuzhi.engine.plan.pack import PlanReadError, read_pack, safe_cell, write_pack
from jiuzhi.engine.plan.reader import decode, read_plan, read_text

from .county_plan import BODY, plan_text

PLAN = plan_text()
CELLS = st.sampled_from(
    ["第一章 ", "第二节", "（一）", "1.", "\n", "\n\n", "\t", "专栏1", "序号", "指标", "2025年", "2030年目标", "责任单位", "%", "≥", "15",
     "2.5", "【", "】", "；", "，", "。", "、", "分别达到", "以上", "到2030年", "建成", "水质达标率", "“", "”", "（", "）", "《", "》",
     "全覆盖", "清零", "Ⅱ类", "国四", "百分之", "三", "两", "万亩", "[bookmark: _Toc1]", "PM_{2.5}", "$", "\\", "|", "<table>", "<td>",
     "</table>", "清水河", "县生态环境局", "到", "从", "提升至", "—", "-", "0", "\u3000", "\ufeff", "\x0c", "\x00", "="]
)  # fmt: skip
ANY_TEXT = st.one_of(
    st.text(max_size=300),
    st.lists(CELLS, max_size=80).map("".join),
    st.text("一二三十百千年度0123456789.，、。第章节%", max_size=200),
)


def facts(pack):
    return [
        (r.name, r.unit, r.kind, r.comparator, r.value, r.value_text, r.year, r.basis, r.place)
        for r in pack.commitments
    ]


@settings(max_examples=250, deadline=None)
@given(ANY_TEXT)
def test_any_text_gives_a_pack_or_one_sentence(text):
    try:
        pack = read_text(text)
    except PlanReadError:
        return
    rows = [*pack.clauses, *pack.commitments, *pack.tasks, *pack.projects, *pack.organisations, *pack.places]
    for row in rows:
        assert 0 <= row.start < row.end <= len(text)
    ids = [row.id for row in rows]
    assert len(ids) == len(set(ids))
    for row in pack.commitments:
        assert re.fullmatch(r"(\d+(\.\d+)?)?", row.value), "a value is a plain decimal or empty"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, len(PLAN)), max_size=25))
def test_bookmark_marks_anywhere_change_no_fact(places):
    text = PLAN
    for n, at in enumerate(sorted(places, reverse=True)):
        text = text[:at] + f"[bookmark: _Toc{n}]" + text[at:]
    assert facts(read_text(text)) == facts(read_text(PLAN))


def _prose_spots():
    """Positions inside paragraphs of more than one sentence, away from their first and last characters."""
    spots = []
    for line in BODY:
        if line.count("。") >= 2:
            begin = PLAN.index(line)
            first = line.index("。")
            spots.extend(range(begin + first + 2, begin + len(line) - 3))
    return [n for n in spots if PLAN[n - 1] not in "。；（）" and not PLAN[n].isdigit()]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(_prose_spots()), max_size=12, unique=True),
    st.sampled_from(["\n", "\n\n", "\n\n12\n\n", "\r\n", "\n\x0c"]),
)
def test_line_wraps_and_page_breaks_inside_prose_change_no_fact(places, wrap):
    text = PLAN
    for at in sorted(places, reverse=True):
        text = text[:at] + wrap + text[at:]
    assert facts(read_text(text)) == facts(read_text(PLAN))


def test_wraps_inside_numbers_and_words():
    broken = (
        PLAN.replace("1.35亿立方米", "1.\n35亿立\n\n方米")
        .replace("32.6万亩", "32.6\n万亩")
        .replace("2023年底前", "20\n23年底前")
    )
    assert facts(read_text(broken)) == facts(read_text(PLAN))


def test_full_width_latex_and_spaces_change_no_fact():
    odd = (
        PLAN.replace("PM2.5", "PM_{2.5}")
        .replace("80%", "８０％")
        .replace("320吨", " 320 吨")
        .replace("35蒸吨", "$35$ 蒸吨")
    )
    assert facts(read_text(odd)) == facts(read_text(PLAN))


def test_contents_pages_are_not_read_twice():
    heads = [line for line in BODY if len(line) < 20 and line != "TABLE" and "。" not in line]
    contents = "目 录\n" + "\n".join(f"{h}\t{n}" for n, h in enumerate(heads, 1)) + "\n"
    text = PLAN.replace("一、规划背景", contents + "一、规划背景", 1)
    assert [c.title for c in read_text(text).clauses] == [c.title for c in read_text(PLAN).clauses]


def test_reading_twice_gives_the_same_bytes(tmp_path):
    (tmp_path / "规划.txt").write_text(PLAN, encoding="utf-8")
    for name in ("a", "b"):
        write_pack(read_plan(tmp_path / "规划.txt"), tmp_path / name)
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert len(files) == 8
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_pack_survives_writing_reading_and_excel(tmp_path):
    pack = read_text(PLAN)
    pack.commitments[0].name = "=HYPERLINK(1)"
    pack.commitments[1].note = '带"引号"，逗号\n换行'
    write_pack(pack, tmp_path / "pack")
    again = read_pack(tmp_path / "pack")
    pack.commitments[1].note = '带"引号"，逗号 换行'
    assert again == pack
    raw = (tmp_path / "pack" / "commitments.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"))):
        assert not any(re.match(r"[=+\-@].", cell) and cell not in (">=", "<=") for cell in row)


@given(st.text(max_size=40))
def test_no_cell_can_run_as_a_formula(text):
    cell = safe_cell(text)
    assert not re.match(r"[=+@\t\r].", cell) or re.fullmatch(r"[+]\d+(\.\d+)?", cell)
    assert "\n" not in cell


BAD = {
    "空文件": (b"", ".txt", "空文件"),
    "只有空白": (b" \n\t ", ".txt", "空文件"),
    "没有汉字": (b"hello world, no plan here", ".txt", "没有汉字"),
    "二进制": (b"\x00\x01\x02\xfe\xff\x00" * 50, ".txt", "二进制"),
    "截断的编码": ("治水治气".encode() * 20 + b"\xe6\xff\xff\x81", ".txt", "字节"),
    "旧版文档": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, ".doc", "旧版"),
    "加密文档": (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), ".docx", "加密"),
    "图片": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, ".png", "图片"),
    "压缩包": (b"PK\x03\x04" + b"xl/workbook.xml" * 5, ".docx", "不是 Word"),
    "坏的 docx": (b"PK\x03\x04 word/document.xml" + b"x" * 50, ".docx", "完整"),
    "名不副实": ("第一章 治水。".encode() * 9, ".docx", "不是"),
    "坏的 pdf": (b"%PDF-1.4 nothing here", ".pdf", "PDF"),
    "不支持": ("第一章 治水。".encode() * 9, ".rtf", "不支持"),
    "乱码一": ("锟斤拷锟斤拷生态环境".encode(), ".txt", "乱码"),
    "乱码二": (
        "生态环境保护规划，治水治气治土治废治塑治山治岸治城治乡。".encode()
        .decode("gb18030", "replace")
        .encode("utf-8"),
        ".txt",
        "乱码",
    ),
    "乱码三": (
        "生态环境保护规划，治水治气治土治废。".encode("gb18030").decode("latin-1").encode("utf-8"),
        ".txt",
        "乱码",
    ),
    "乱码四": ("生态\ufffd环境\ufffd保护\ufffd规划".encode(), ".txt", "U+FFFD"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_document_gives_one_clear_sentence_and_leaves_nothing(case, tmp_path):
    raw, suffix, words = BAD[case]
    path = tmp_path / f"规划{suffix}"
    path.write_bytes(raw)
    with pytest.raises(PlanReadError) as caught:
        read_plan(path)
    assert words in str(caught.value)
    assert str(caught.value).endswith(("。", "）"))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_missing_file_folder_scan_and_encrypted_pdf(tmp_path):
    with pytest.raises(PlanReadError, match="找不到"):
        decode(tmp_path / "没有.txt")
    with pytest.raises(PlanReadError, match="文件夹"):
        decode(tmp_path)
    for name, password in (("扫描件", ""), ("加密", "secret")):
        writer = PdfWriter()
        writer.add_blank_page(200, 200)
        if password:
            writer.encrypt(password)
        with (tmp_path / f"{name}.pdf").open("wb") as out:
            writer.write(out)
        with pytest.raises(PlanReadError, match=name):
            decode(tmp_path / f"{name}.pdf")


def test_an_existing_pack_is_kept_unless_forced(tmp_path):
    pack = read_text(PLAN)
    folder = tmp_path / "pack"
    write_pack(pack, folder)
    (folder / "bindings.csv").write_text("commitment\n", encoding="utf-8")
    with pytest.raises(PlanReadError, match="--force"):
        write_pack(pack, folder)
    write_pack(pack, folder, force=True)
    assert (folder / "bindings.csv").exists(), "files that are not the reader's stay"
    assert [p.name for p in tmp_path.iterdir()] == ["pack"]


def test_a_pack_with_a_broken_cell_says_where(tmp_path):
    write_pack(read_text(PLAN), tmp_path / "pack")
    path = tmp_path / "pack" / "tasks.csv"
    path.write_text(
        path.read_text(encoding="utf-8-sig").replace(",0.90,", ",0.90,", 1).replace("T-", "T-", 1),
        encoding="utf-8-sig",
    )
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    rows[0]["start"] = "三"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(PlanReadError, match=r"tasks.csv 第 2 行.*start"):
        read_pack(tmp_path / "pack")
    path.unlink()
    with pytest.raises(PlanReadError, match=r"缺少 tasks.csv"):
        read_pack(tmp_path / "pack")
