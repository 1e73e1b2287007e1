"""`jiuzhi report`: the plan's implementation evaluation as Word and PDF."""

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from . import setup

app = typer.Typer(no_args_is_help=True)


class Form(StrEnum):
    DOCX = "docx"
    PDF = "pdf"
    BOTH = "both"


@app.callback()
def _group() -> None:
    """报告：规划实施评估报告（Word、PDF）。"""


@app.command()
def evaluation(
    county: Annotated[str, typer.Option("--county", help="区县六位代码，例如 500229")],
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="截至日期；默认最近一次研判的日期"),
    ] = None,
    folder: Annotated[Path, typer.Option("-o", "--output", help="放报告的文件夹")] = Path("."),
    form: Annotated[Form, typer.Option("--format", help="docx、pdf 或 both")] = Form.BOTH,
    as_json: Annotated[
        bool, typer.Option("--json", help="输出 JSON（报告的全部数据与文件位置），供脚本使用")
    ] = False,
) -> None:
    """生成规划实施评估报告：总体评价、指标完成情况、分章评估、滞后事项、方法与依据。"""
    setup.django()
    from jiuzhi.engine import reports
    from jiuzhi.engine.plan import board

    plan = setup.current_plan(county)
    day = as_of.date() if as_of else board.latest_as_of(plan)
    if day is None:
        setup.fail(f"《{plan.title}》还没有研判过：请先运行 jiuzhi judge --county {county}，再生成报告。")
    setup.check_day(plan, day)
    with setup.sentences(reports.ReportError), setup.progress(as_json) as progress:
        chosen = [Form.DOCX, Form.PDF] if form is Form.BOTH else [form]
        step = progress.add_task("汇总研判", total=1 + len(chosen))
        made = reports.evaluation(plan, day)
        try:
            files = []
            for kind in chosen:
                progress.update(step, advance=1, description=f"写 {kind}")
                files.append(_write(made, folder, kind))
            progress.update(step, advance=1)
        except OSError as error:
            setup.cannot_write(folder, error)
    if as_json:
        setup.say_json({**asdict(made), "files": files})
        return
    console = Console(markup=False)
    console.print(made.summary[0] if made.summary else made.title, highlight=False)
    for path in files:
        console.print(f"已生成 {path}", highlight=False, soft_wrap=True)


def _write(made: Any, folder: Path, kind: Form) -> Path:
    from jiuzhi.engine import reports

    folder.mkdir(parents=True, exist_ok=True)
    mark = "-模拟数据" if made.synthetic else ""
    name = f"{made.county}规划实施评估报告-{made.as_of}{mark}"
    writers = {Form.DOCX: reports.to_docx, Form.PDF: reports.to_pdf}
    return writers[kind](made, folder / f"{name}.{kind}")
