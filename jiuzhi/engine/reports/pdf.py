"""The evaluation as PDF, set by Typst from a template in this package."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from .blocks import Composition
from .compose import compose
from .fonts import fonts, printable
from .model import EvaluationReport, ReportError


def to_pdf(report: EvaluationReport, path: str | Path) -> Path:
    """Write the report as PDF/UA-tagged PDF with the font embedded. The same report gives the same bytes.

    Errors: ``ReportError`` when the font is not installed or the text cannot be set.
    """
    return write(compose(report, "svg"), path)


def write(laid_out: Composition, path: str | Path) -> Path:
    """Write any composition as PDF; its figures are SVG. Errors: as `to_pdf`."""
    target, day = Path(path), laid_out.as_of
    with _workshop(laid_out) as folder:
        try:
            made = typst.compile(
                str(folder / "evaluation.typ"),
                root=str(folder),
                font_paths=[str(p) for p in fonts().folders],
                ignore_system_fonts=True,
                format="pdf",
                timestamp=int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()),
            )
        except RuntimeError as error:
            raise ReportError(
                f"PDF 排版失败（{error}）：请检查字体与模板 evaluation.typ 是否完整。"
            ) from error
    part = target.with_name(target.name + ".part")
    part.write_bytes(made)
    part.replace(target)
    return target


@contextmanager
def _workshop(laid_out: Composition) -> Iterator[Path]:
    """A folder with template, text and drawings, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="jiuzhi-report-") as name:
        folder = Path(name)
        template = files(__package__).joinpath("evaluation.typ").read_text(encoding="utf-8")
        (folder / "evaluation.typ").write_text(template, encoding="utf-8")
        content = {
            "title": laid_out.title,
            "heading": laid_out.heading,
            "cover": laid_out.cover,
            "mark": laid_out.mark,
            "subject": laid_out.subject,
            "date": [laid_out.as_of.year, laid_out.as_of.month, laid_out.as_of.day],
            "blocks": [asdict(block) for block in laid_out.blocks],
        }
        text = json.dumps(_printable(content), ensure_ascii=False)
        (folder / "report.json").write_text(text, encoding="utf-8")
        for key, svg in laid_out.figures.items():
            (folder / f"{key}.svg").write_bytes(svg)
        yield folder


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value, fonts())
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
