"""The user's own plan document: kept by its fingerprint, so that a span can be shown as a sentence.

A pack holds where a fact stands, never the sentence. Without the document the screens say how to supply it.
"""

import os
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from .models import Plan


def _home(sha256: str) -> Path:
    return Path(settings.DOCUMENTS_DIR) / f"{sha256}.txt"


def keep(text: str, sha256: str) -> Path:
    """Keep the decoded text under the fingerprint of the file it came from. Atomic; keeping twice changes nothing."""
    home = _home(sha256)
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        part = home.with_suffix(f".{os.getpid()}.part")
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(home)
    return home


@lru_cache(maxsize=8)
def _read(path: str, stamp: float) -> str:
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def text(plan: Plan) -> str | None:
    """The decoded text of the plan's document, or None while nobody has supplied it."""
    home = _home(plan.sha256)
    if not home.exists():
        return None
    return _read(str(home), home.stat().st_mtime)


_MARKS = re.compile(r"\[bookmark:[^\]]*\]|\s+")


def sentence(plan: Plan, start: int, end: int) -> str | None:
    """The characters [start, end) of the document, without editor marks and line breaks; None without the document."""
    whole = text(plan)
    return _MARKS.sub("", whole[start:end]) if whole is not None else None
