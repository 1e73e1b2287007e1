"""`jiuzhi plan read DOCUMENT -o DIR`: a plan document becomes a plan pack that a person reviews in Excel."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer


def read(
    document: Annotated[Path, typer.Argument(help="规划文档：.docx、.txt、.html 或文字版 .pdf")],
    output: Annotated[Path, typer.Option("--output", "-o", help="规划包文件夹")],
    adcode: Annotated[str, typer.Option(help="行政区划代码（6 位），文中读不出时填写")] = "",
    county: Annotated[str, typer.Option(help="区县名称，文中读不出时填写")] = "",
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的规划包")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 输出")] = False,
) -> None:
    """读规划文档，写规划包（CSV，可用 Excel 复核）。"""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from jiuzhi.engine.plan.pack import PlanReadError, write_pack
    from jiuzhi.engine.plan.reader import decode
    from jiuzhi.engine.plan.reader.build import build_pack

    errors = Console(
        stderr=True, markup=False, highlight=False
    )  # a file name may hold what looks like markup
    try:
        if adcode and not (len(adcode) == 6 and adcode.isascii() and adcode.isdigit()):
            raise PlanReadError(f"--adcode “{adcode}”不是行政区划代码：请填 6 位数字，例如 500229。")
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(
            *columns, console=errors, transient=True, disable=as_json or not sys.stderr.isatty()
        ) as progress:
            step = progress.add_task("打开文档", total=None)
            decoded = decode(document)
            progress.update(step, description="识别章节、目标、任务")
            pack = build_pack(decoded)
            _refuse_other_text(pack, document.name)
            pack.info.county = county or pack.info.county
            pack.info.adcode = adcode or pack.info.adcode
            progress.update(step, description="写规划包")
            write_pack(pack, output, force=force)
    except PlanReadError as error:
        if as_json:
            typer.echo(json.dumps({"error": str(error)}, ensure_ascii=False))
        else:
            errors.print(str(error), style="red", soft_wrap=True)
        raise typer.Exit(2) from error
    summary = summarise(pack, output)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _show(summary)


def _refuse_other_text(pack: Any, name: str) -> None:
    """A text without period, heading, table and stated value is no plan; sentences of a novel are not tasks."""
    from jiuzhi.engine.plan.pack import PlanReadError

    outline = any(row.level in ("chapter", "section", "table") for row in pack.clauses)
    if not (outline or pack.commitments or pack.projects or pack.info.period_start):
        raise PlanReadError(
            f"{name} 里没有规划期、章节标题，也没有目标数值，不像一部规划：请确认文件，或提供含目标与任务的正文。"
        )


def summarise(pack: Any, output: Path) -> dict[str, Any]:
    """Counts and facts of a pack, as `--json` prints them."""
    kinds = Counter(row.kind for row in pack.commitments)
    levels = Counter(row.level for row in pack.clauses)
    return {
        "output": str(output),
        "county": pack.info.county,
        "adcode": pack.info.adcode,
        "title": pack.info.title,
        "period": [pack.info.period_start, pack.info.period_end],
        "period_basis": pack.info.period_basis,
        "status": pack.info.status,
        "sha256": pack.info.sha256,
        "encoding": pack.info.encoding,
        "clauses": dict(levels),
        "commitments": dict(kinds),
        "tasks": len(pack.tasks),
        "projects": len(pack.projects),
        "organisations": len(pack.organisations),
        "places": len(pack.places),
        "review": len(pack.review),
    }


def _show(summary: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    levels, kinds = summary["clauses"], summary["commitments"]
    table = Table(title=f"规划包 {summary['output']}", show_header=False)
    draft = "（征求意见稿）" if summary["status"] == "draft" else ""
    inferred = "（推断）" if summary["period_basis"] == "inferred" else ""
    table.add_row("区县", f"{summary['county'] or '未读出'} {summary['adcode']}{draft}")
    table.add_row("规划期", f"{summary['period'][0]}—{summary['period'][1]}{inferred}")
    chapters = [
        f"章 {levels.get('chapter', 0)}",
        f"节 {levels.get('section', 0)}",
        f"段 {levels.get('paragraph', 0)}",
    ]
    table.add_row("条款", "，".join([*chapters, f"表 {levels.get('table', 0)}"]))
    values = [
        f"目标 {kinds.get('target', 0)}",
        f"基线 {kinds.get('baseline', 0)}",
        f"已达成 {kinds.get('achieved', 0)}",
    ]
    table.add_row("数值", "，".join([*values, f"规模 {kinds.get('scale', 0)}"]))
    table.add_row("任务", str(summary["tasks"]))
    table.add_row(
        "项目 / 单位 / 地点", f"{summary['projects']} / {summary['organisations']} / {summary['places']}"
    )
    table.add_row("待复核", f"{summary['review']} 条，见 review.csv")
    Console(markup=False).print(table)
