"""Documents of a hostile or tired person: one Chinese sentence, nothing written, no traceback."""

import io
import re
import zipfile

import docx
import pytest
from typer.testing import CliRunner

from jiuzhi.engine.plan import pack as packs
from jiuzhi.engine.plan.reader import document as documents
from jiuzhi.interfaces.cli.main import app

PLAN = (
    "沙河县生态环境保护“十五五”规划\n第一章 总体要求\n到2030年，空气质量优良天数比率达到95%以上。\n"
    "第二章 重点任务\n推进白河流域水环境综合治理，新建污水处理厂3座。责任单位：县水利局。\n"
)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _docx(body: str | None = None) -> bytes:
    """A small document of Word; with ``body``, its main part is exchanged."""
    made = io.BytesIO()
    found = docx.Document()
    for line in PLAN.splitlines():
        found.add_paragraph(line)
    found.save(made)
    if body is None:
        return made.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, body if name == "word/document.xml" else old.read(name))
    return out.getvalue()


def _damaged_docx() -> bytes:
    raw = bytearray(_docx())
    for at in range(200, len(raw) - 2000, 97):
        raw[at] ^= 0xFF
    return bytes(raw)


def _aes_pdf() -> bytes:
    """A PDF encrypted as today's programs do it (AES-256)."""
    a = lambda n: "<" + "41" * n + ">"  # noqa: E731
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        "<</Filter/Standard/V 5/R 6/Length 256/P -1044/CF<</StdCF<</AuthEvent/DocOpen/CFM/AESV3/Length 32>>>>"
        f"/StmF/StdCF/StrF/StdCF/O {a(48)}/U {a(48)}/OE {a(32)}/UE {a(32)}/Perms {a(16)}>>",
    ]  # fmt: skip
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer<</Root 1 0 R/Size 5/Encrypt 4 0 R/ID[<41><41>]>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + tail


BAD = {
    "novel.txt": ("话说天下大势，分久必合，合久必分。周末七国分争，并入于秦。\n" * 40, "不像一部规划"),
    "one.txt": ("规", "不像一部规划"),
    "cut.txt": (PLAN.encode() + "城".encode()[:2], "第 6 行"),
    "nul.txt": (PLAN * 60 + "\x00", "空字符"),
    "odd.txt": (PLAN.encode("utf-16")[:-1], "不是 UTF-16"),
    "damaged.docx": (_damaged_docx(), "不是完整的"),
    "aes.pdf": (_aes_pdf(), "已加密"),
    "header.pdf": (b"%PDF-1.7\n", "不是完整的"),
    "deep.html": ("<html><body>" + "<div>" * 3000 + "到2030年达到95%", "层层嵌套"),
    "span.html": ("<table><tr><td colspan=²>指标<td>值<tr><td>率<td>95%</table>", ""),
}


def _read(path, out, *more):
    return CliRunner().invoke(app, ["plan", "read", str(path), "-o", str(out), *more])


def _one_sentence(result) -> str:
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    said = result.output.strip()
    assert re.fullmatch(r".*[\u4e00-\u9fff].*。", said), "one line of Chinese"
    assert "：" in said, "how to mend comes after the colon"
    return said


@pytest.mark.parametrize("name", [n for n in BAD if BAD[n][1]])
def test_bad_document_is_one_sentence_and_writes_nothing(tmp_path, name):
    content, words = BAD[name]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    said = _one_sentence(_read(path, tmp_path / "out"))
    assert words in said
    assert name in said
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_odd_digits_in_a_table_never_break_the_reader(tmp_path):
    path = tmp_path / "span.html"
    path.write_text(BAD["span.html"][0])
    result = _read(path, tmp_path / "out")
    assert result.exit_code == 0 or _one_sentence(result)


def test_utf_32_is_text_like_any_other(tmp_path):
    path = tmp_path / "u32.txt"
    path.write_bytes(PLAN.encode("utf-32"))
    assert _read(path, tmp_path / "out").exit_code == 0
    assert packs.read_pack(tmp_path / "out").info.encoding == "utf-32"


def test_archive_that_unpacks_to_much_more_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "MAX_XML", 1 << 20)
    text = "治" * (1 << 20)
    body = f'<w:document xmlns:w="{_W}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    path = tmp_path / "bomb.docx"
    path.write_bytes(_docx(body))
    assert path.stat().st_size < 100_000
    assert "解压后" in _one_sentence(_read(path, tmp_path / "out"))


def test_too_much_text(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "MAX_CHARACTERS", 1000)
    path = tmp_path / "long.txt"
    path.write_text(PLAN * 50)
    assert "不像一部规划" in _one_sentence(_read(path, tmp_path / "out"))


def test_file_names_are_shown_as_they_are(tmp_path):
    for name in ("no[/foo].txt", "no[red]x.txt"):
        said = _one_sentence(_read(tmp_path / name.replace("/", "⁄"), tmp_path / "out"))
        assert name.replace("/", "⁄") in said
    assert "[/x]" in _one_sentence(_read(tmp_path / "[/x]" / "a.txt", tmp_path / "out"))


@pytest.mark.parametrize("code", ["50022", "<script>", "５００２２９"])
def test_adcode_is_six_digits(tmp_path, code):
    (tmp_path / "a.txt").write_text(PLAN)
    assert "6 位数字" in _one_sentence(_read(tmp_path / "a.txt", tmp_path / "out", "--adcode", code))
    assert not (tmp_path / "out").exists()


def test_output_beside_the_persons_own_files(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text(PLAN)
    home = tmp_path / "home"
    (home / "mine").mkdir(parents=True)
    (home / "mine" / "notes.txt").write_text("我的")
    monkeypatch.chdir(home)
    assert _read(tmp_path / "a.txt", ".").exit_code == 0
    assert packs.read_pack(home).commitments
    assert (home / "mine" / "notes.txt").read_text() == "我的"
    assert "已有规划包" in _one_sentence(_read(tmp_path / "a.txt", "."))
    assert _read(tmp_path / "a.txt", ".", "--force").exit_code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "home"]


def test_output_that_cannot_be_written(tmp_path):
    (tmp_path / "a.txt").write_text(PLAN)
    for out in (tmp_path / ("长" * 200), tmp_path / "a.txt" / "b"):
        _one_sentence(_read(tmp_path / "a.txt", out))
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_crash_while_replacing_a_pack_leaves_no_mixed_pack(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text(PLAN)
    assert _read(tmp_path / "a.txt", tmp_path / "out").exit_code == 0
    real, moved = packs.Path.replace, []

    def dies(self, target):
        moved.append(target)
        if len(moved) == 3:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(packs.Path, "replace", dies)
    assert "磁盘空间" in _one_sentence(_read(tmp_path / "a.txt", tmp_path / "out", "--force"))
    monkeypatch.undo()
    with pytest.raises(packs.PlanReadError, match=r"缺少 pack\.csv"):
        packs.read_pack(tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "out"]
