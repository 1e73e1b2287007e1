"""All interface text goes through gettext, the English catalogue holds all of it, and the compiled one is up to date."""

import ast
import gettext
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "jiuzhi" / "locale" / "en" / "LC_MESSAGES"
WEB = ROOT / "jiuzhi" / "interfaces" / "web"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def catalogue() -> dict[str, str]:
    found = {}
    for block in (CATALOGUE / "django.po").read_text(encoding="utf-8").split("\n\n")[1:]:
        text = {"msgid": "", "msgstr": ""}
        part = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if line.startswith("msg"):
                part, line = line.split(" ", 1)
            text[part] += ast.literal_eval(line)
        found[text["msgid"]] = text["msgstr"]
    return found


def in_templates() -> set[str]:
    found = set()
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found |= {m[2].replace("%", "%%") for m in re.finditer(r"""{% trans (["'])(.*?)\1""", text)}
        found |= {m[1] for m in re.finditer(r"""_\("(.*?)"\)""", text)}
        for block in re.findall(r"{% blocktrans[^%]*%}(.*?){% endblocktrans %}", text, re.S):
            found.add(re.sub(r"{{ (\w+) }}", r"%(\1)s", block.replace("%", "%%")))
    return found


def in_code() -> set[str]:
    found = set()
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("_", "gettext_lazy")
            )
            if called and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def test_every_text_is_in_the_english_catalogue():
    known = catalogue()
    asked = in_templates() | in_code()
    assert len(asked) > 300
    assert sorted(asked - set(known)) == []


def test_every_entry_is_translated_and_keeps_its_places():
    for source, said in catalogue().items():
        assert said.strip() or source in ("，", "、", "："), source
        assert sorted(re.findall(r"%\(\w+\)s", source)) == sorted(re.findall(r"%\(\w+\)s", said)), source
        assert not CHINESE.search(said), source


def test_the_compiled_catalogue_is_the_written_one():
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = [source for source, said in catalogue().items() if compiled.gettext(source) != said]
    assert stale == [], "重新编译：msgfmt -o django.mo django.po"


@pytest.mark.parametrize("path", sorted((WEB / "templates").rglob("*.html"), key=str), ids=lambda p: p.name)
def test_no_template_says_chinese_without_gettext(path):
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{% blocktrans.*?{% endblocktrans %}|{%.*?%}|{{.*?}}|{#.*?#}", "", text, flags=re.S)
    bare = set(re.findall(r"[\u4e00-\u9fff]+", text))
    assert bare <= {"中文", "九治"}, bare
