"""Reports: the plan's implementation evaluation in Word and PDF.

``evaluation(plan, as_of)`` gathers pure data, ``to_docx`` and ``to_pdf`` set it. The setting libraries are loaded when the
first report is made, not when the web server starts.
"""

from datetime import date
from pathlib import Path

from jiuzhi.engine.plan.models import Plan

from .model import EvaluationReport, ReportError

__all__ = ["EvaluationReport", "ReportError", "evaluation", "to_docx", "to_pdf"]


def evaluation(plan: Plan, as_of: date) -> EvaluationReport:
    """The implementation evaluation of ``plan`` as judged on the last day up to ``as_of``; see ``gather.evaluation``."""
    from .gather import evaluation as gather

    return gather(plan, as_of)


def to_docx(report: EvaluationReport, path: str | Path) -> Path:
    """Write the report as Word; see ``word.to_docx``."""
    from .word import to_docx as write

    return write(report, path)


def to_pdf(report: EvaluationReport, path: str | Path) -> Path:
    """Write the report as PDF; see ``pdf.to_pdf``."""
    from .pdf import to_pdf as write

    return write(report, path)
