"""The full Chinese font that charts and PDF are set in, and the check that it really has every character.

Split web fonts print wrong characters without a word; one whole TTF file per weight does not.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from .model import ReportError

FAMILY = "Noto Sans SC"
PACKAGE = "@expo-google-fonts/noto-sans-sc"
_FILES = {"regular": "400Regular/NotoSansSC_400Regular.ttf", "bold": "700Bold/NotoSansSC_700Bold.ttf"}


@dataclass(frozen=True)
class Fonts:
    """The files of the two weights."""

    regular: Path
    bold: Path

    @property
    def folders(self) -> list[Path]:
        return [self.regular.parent, self.bold.parent]


def fonts() -> Fonts:
    """The installed font files. Errors: ``ReportError`` when one is missing."""
    base = Path(settings.ASSETS_DIR) / PACKAGE
    paths = {weight: base / name for weight, name in _FILES.items()}
    missing = [str(p) for p in paths.values() if not p.is_file()]
    if missing:
        raise ReportError(f"缺少中文字体文件 {missing[0]}：请在项目目录运行 npm ci（或 make demo）后重试。")
    return Fonts(**paths)


@lru_cache(maxsize=4)
def _characters(path: str, stamp: float) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in {"Cc", "Cf"}


def lacking(text: str, path: Path) -> list[str]:
    """Characters of ``text`` for which the font has no glyph, once each, in order. White space and controls do not count."""
    known = _characters(str(path), path.stat().st_mtime)
    return [c for c in dict.fromkeys(text) if not _invisible(c) and ord(c) not in known]


def printable(text: str, found: Fonts) -> str:
    """``text`` with every character drawable: one the font lacks becomes its plain form (CO₂ → CO2), else its code
    (〔U+20000〕), so that none is lost silently."""
    gaps = {*lacking(text, found.regular), *lacking(text, found.bold)}
    return "".join(_instead(c, found) if c in gaps else c for c in text) if gaps else text


def _instead(character: str, found: Fonts) -> str:
    simple = unicodedata.normalize("NFKC", character)
    if simple != character and not lacking(simple, found.regular) and not lacking(simple, found.bold):
        return simple
    return f"〔U+{ord(character):04X}〕"
