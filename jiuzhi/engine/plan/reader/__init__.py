"""The plan reader: from a county's plan document to a plan pack. General rules only, no lists of one document's phrases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jiuzhi.engine.plan.pack import PlanReadError

if TYPE_CHECKING:
    from jiuzhi.engine.plan.pack import Pack
    from jiuzhi.engine.plan.reader.document import Document

__all__ = ["READER_VERSION", "PlanReadError", "decode", "read_plan", "read_text"]
READER_VERSION = "1.0"


def decode(path: str | Path) -> Document:
    """The document's text as every offset in a pack counts it. See `document.decode`."""
    from jiuzhi.engine.plan.reader.document import decode as _decode

    return _decode(path)


def read_plan(path: str | Path) -> Pack:
    """Read a plan document into a pack. Raises PlanReadError with one Chinese sentence."""
    from jiuzhi.engine.plan.reader.build import build_pack

    return build_pack(decode(path))


def read_text(text: str, name: str = "text") -> Pack:
    """Read plan text that is already in memory."""
    from jiuzhi.engine.plan.reader.build import build_pack
    from jiuzhi.engine.plan.reader.document import from_text

    return build_pack(from_text(text, name))
