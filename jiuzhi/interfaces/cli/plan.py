"""`jiuzhi plan …`: from a document to judged commitments."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from . import setup
from .plan_read import read

app = typer.Typer(no_args_is_help=True)
app.command("read")(read)

County = Annotated[str, typer.Option("--county", help="六位区县代码，例如 500229")]
AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="截至日期，默认今天")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")]
MARK = {
    "met": "● 达标",
    "on_track": "▲ 正常",
    "late": "◆ 滞后",
    "badly_late": "■ 严重滞后",
    "no_data": "○ 无数据",
}


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="规划包文件夹")],
    document: Annotated[
        Path | None, typer.Option("--document", help="规划原文，载入后界面可显示原句")
    ] = None,
    county: Annotated[str, typer.Option("--county", help="六位区县代码；规划包已写明时可省略")] = "",
    as_json: Json = False,
) -> None:
    """载入规划包：新文档成为新版次，同一文档再次载入只更新。"""
    setup.django()
    from jiuzhi.engine.plan.load import load_pack
    from jiuzhi.engine.plan.pack import PlanReadError

    with setup.sentences(PlanReadError), setup.progress(as_json) as progress:
        progress.add_task(f"载入 {folder.name}", total=None)
        plan = load_pack(folder, actor=setup.actor(), document=document, county=county)
    counts = {
        "clauses": plan.clauses.count(),
        "targets": plan.commitments.filter(kind="target").count(),
        "tasks": plan.tasks.count(),
        "projects": plan.projects.count(),
    }
    if as_json:
        setup.say_json(
            {
                "county": plan.county.code,
                "title": plan.title,
                "version": plan.version,
                **counts,
                "unbound": plan.unbound,
            }
        )
        return
    typer.echo(
        f"已载入《{plan.title}》第 {plan.version} 版（{plan.get_status_display()}）："
        f"条款 {counts['clauses']}，目标 {counts['targets']}，任务 {counts['tasks']}，项目 {counts['projects']}。"
    )
    for said in plan.unbound:
        typer.secho(f"  注意：{said}", fg=typer.colors.YELLOW, err=True)


def judge(
    county: Annotated[list[str] | None, typer.Option("--county", help="区县代码，可多次；默认全部")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """按标准评价新数据，计算指标，研判全部承诺（导入数据或审核填报值之后运行）。"""
    setup.django()
    from jiuzhi.engine.indicators.evaluate import evaluate
    from jiuzhi.engine.observe import assessed
    from jiuzhi.engine.observe.lake import LakeBusy
    from jiuzhi.engine.plan.judge import judge_plan
    from jiuzhi.engine.plan.models import Plan

    plans = Plan.objects.filter(current=True).select_related("county")
    if county:
        plans = plans.filter(county__code__in=county)
    if county and (unknown := set(county) - {plan.county.code for plan in plans}):
        setup.fail(
            f"没有载入 {'、'.join(sorted(unknown))} 的规划：请核对区县代码，或先运行 `jiuzhi plan load 规划包文件夹`。"
        )
    if not plans:
        setup.fail("还没有载入规划：先运行 `jiuzhi plan load 规划包文件夹`。")
    for plan in plans:
        setup.check_day(plan, setup.day(as_of))
    done = []
    with setup.sentences(LakeBusy), setup.progress(as_json) as progress:
        step = progress.add_task("评价", total=1 + 2 * len(plans))
        assessed.refresh(
            setup.day(as_of), progress=lambda what: progress.update(step, description=f"评价 {what}")
        )
        for plan in plans:
            progress.update(step, advance=1, description=f"计算 {plan.county.name}")
            values = evaluate(plan.county, setup.day(as_of), actor=setup.actor())
            progress.update(step, advance=1, description=f"研判 {plan.county.name}")
            judged = judge_plan(plan, setup.day(as_of), actor=setup.actor())
            done.append(
                {"county": plan.county.code, "name": plan.county.name, "values": values, "judged": judged}
            )
        progress.update(step, advance=1)
    if as_json:
        setup.say_json([{k: v for k, v in row.items() if k != "name"} for row in done])
        return
    for row in done:
        typer.echo(
            f"{row['name']}：计算指标值 {row['values']} 个，研判有变化的承诺 {row['judged']} 项（截至 {setup.day(as_of)}）。"
        )


@app.command()
def status(
    county: County,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="看到这一天为止的最近一次研判，默认最新"),
    ] = None,
    state: Annotated[
        str, typer.Option("--state", help="只看一种状态：met on_track late badly_late no_data")
    ] = "",
    as_json: Json = False,
) -> None:
    """每项承诺的状态、现值、理由与责任单位。"""
    setup.django()
    from jiuzhi.engine.plan import board

    if state and state not in MARK:
        setup.fail(f"没有状态“{state}”：可用 {'、'.join(MARK)}。")
    plan = setup.current_plan(county)
    day = board.latest_as_of(plan, as_of.date() if as_of else None)
    if day is None:
        until = f"到 {as_of.date()} 为止" if as_of else ""
        setup.fail(f"{plan.county.name}的承诺{until}还没有研判过：先运行 `jiuzhi judge --county {county}`。")
    said = board.scoreboard(plan, day)
    rows = [c for c in board.commitments(plan, day) if not state or c.state == state]
    if as_json:
        setup.say_json(
            {
                "as_of": day,
                "sentence": said.sentence,
                "synthetic": said.synthetic,
                "rows": [_plain(c) for c in rows],
            }
        )
        return
    table = Table(
        title=f"{plan.title} · 截至 {day}{'（含模拟数据）' if said.synthetic else ''}", caption=said.sentence
    )
    for heading in ("状态", "承诺", "现值", "目标", "责任单位", "理由"):
        table.add_column(heading, overflow="fold")
    for c in rows:
        table.add_row(MARK[c.state], c.name, _now(c), c.target, c.owner, c.reason)
    Console(markup=False).print(table)


def _now(item: Any) -> str:
    from jiuzhi.science.statistics.wording import say

    return "—" if item.now is None else say(item.now, item.unit)


def _plain(item: Any) -> dict[str, Any]:
    names = (
        "code",
        "name",
        "unit",
        "state",
        "now",
        "now_period",
        "target",
        "year",
        "owner",
        "reason",
        "probability",
        "synthetic",
    )
    return {name: getattr(item, name) for name in names}
