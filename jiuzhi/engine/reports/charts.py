"""Drawings of the report: states by domain, and the course of key targets. The same input gives the same bytes."""

import io
import warnings
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from jiuzhi.engine.plan.board_models import STATE_LABELS, STATES
from jiuzhi.science.statistics.wording import say

from .fonts import FAMILY, Fonts, fonts, printable
from .model import Curve, EvaluationReport, ReportError
from .words import COLOURS, MARKS

WIDTH = 6.3  # [inch], the text width of A4
_INK, _QUIET, _TARGET = "#1a202c", "#718096", "#c53030"
_ONE_AT_A_TIME = Lock()  # matplotlib's settings and Python's warning filters belong to the whole process
_STYLE: dict[Any, Any] = {
    "font.family": FAMILY,
    "font.size": 9,
    "axes.unicode_minus": True,
    "axes.edgecolor": "#cbd5e0",
    "axes.labelcolor": _QUIET,
    "axes.linewidth": 0.7,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "text.color": _INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "svg.fonttype": "path",  # outlines: no viewer can substitute another font
    "svg.hashsalt": "jiuzhi",
    "figure.dpi": 200,
}


def draw(report: EvaluationReport, form: str) -> dict[str, bytes]:
    """Every drawing of the report by key, as ``form`` png or svg. Errors: ``ReportError`` when the font is not there."""
    found = fonts()
    _register(found)
    made = {"states": _made(lambda: _states(report, found), form)}
    for index, curve in enumerate(report.curves):
        made[f"curve{index}"] = _made(lambda curve=curve: _course(curve, found), form)  # type: ignore[misc]
    return made


def _register(found: Fonts) -> None:
    _add(str(found.regular))
    _add(str(found.bold))


@lru_cache(maxsize=8)
def _add(path: str) -> None:
    font_manager.fontManager.addfont(path)


def _made(build: Callable[[], Figure], form: str) -> bytes:
    """Draw and write. A glyph that is missing is an error, not an empty box."""
    with _ONE_AT_A_TIME, matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        try:
            return _bytes(build(), form)
        except UserWarning as error:
            raise ReportError(f"图中有字体没有的字（{error}）：请改用完整的 Noto Sans SC 字体。") from error


def _bytes(figure: Figure, form: str) -> bytes:
    out = io.BytesIO()
    metadata = {"Software": None} if form == "png" else {"Date": None, "Creator": "Jiuzhi"}
    figure.savefig(out, format=form, metadata=metadata)
    return out.getvalue()


def _canvas(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    return figure, axes


def _states(report: EvaluationReport, found: Fonts) -> Figure:
    """One bar per domain, split by state, each piece with its number."""
    domains = list(reversed(report.domains))
    figure, axes = _canvas(0.8 + 0.24 * max(len(domains), 1))
    names = [printable(d.name or "未分领域", found) for d in domains]
    left = [0] * len(domains)
    for state in STATES:
        counts = [d.counts.get(state, 0) for d in domains]
        axes.barh(
            names,
            counts,
            left=left,
            color=COLOURS[state],
            height=0.62,
            label=f"{MARKS[state]} {STATE_LABELS[state]}",
        )
        for y, (count, start) in enumerate(zip(counts, left, strict=True)):
            if count:
                axes.text(
                    start + count / 2, y, str(count), ha="center", va="center", color="white", fontsize=8
                )
        left = [a + b for a, b in zip(left, counts, strict=True)]
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="x", color="#e2e8f0", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    figure.legend(loc="outside lower center", ncols=len(STATES), frameon=False, fontsize=8, handlelength=1)
    return figure


def _course(curve: Curve, found: Fonts) -> Figure:
    """Path, values and fan of one target over the years."""
    figure, axes = _canvas(2.15)
    if curve.fan:
        years, low, middle, high = (list(column) for column in zip(*curve.fan, strict=True))
        blue = COLOURS["on_track"]
        axes.fill_between(years, low, high, color=blue, alpha=0.14, linewidth=0, label="90%区间")
        axes.plot(years, middle, color=blue, linewidth=1, linestyle=(0, (4, 2)), label="预测中位数")
    if curve.path:
        _promised(axes, curve, printable(f"目标{curve.target}", found))
    if curve.values:
        _seen(axes, curve)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=3))
    axes.grid(axis="y", color="#e2e8f0", linewidth=0.6)
    axes.margins(x=0.04, y=0.18)
    if curve.unit:
        axes.set_ylabel(printable(curve.unit, found), fontsize=8)
    figure.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=8, handlelength=1.8)
    return figure


def _promised(axes: Axes, curve: Curve, label: str) -> None:
    """The path (unless it is the limit itself) and the target."""
    years, asked = [y for y, _ in curve.path], [float(v) for _, v in curve.path]
    if len(set(asked)) > 1:
        axes.plot(years, asked, color=_QUIET, linewidth=1, linestyle="--", label="规划路径")
    axes.axhline(asked[-1], color=_TARGET, linewidth=0.9, linestyle=":", label=label)
    axes.plot(years[-1:], asked[-1:], marker="D", markersize=4, color=_TARGET)


def _seen(axes: Axes, curve: Curve) -> None:
    """The values; a year that still runs is hollow, and the latest value is written out."""
    years, values = [y for y, _, _ in curve.values], [float(v) for _, v, _ in curve.values]
    axes.plot(years, values, color=_INK, linewidth=1.4, label="已有数值")
    for year, value, (_, _, whole) in zip(years, values, curve.values, strict=True):
        axes.plot(
            [year], [value], marker="o", markersize=4, color=_INK, markerfacecolor=_INK if whole else "white"
        )
    _, latest, ended = curve.values[-1]
    said = f"{say(latest)}{'' if ended else ' 至今'}"
    axes.annotate(
        said, (years[-1], values[-1]), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=8
    )
