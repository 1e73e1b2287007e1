"""`jiuzhi observe …`: measurements in, templates out, assessed tables refreshed."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from . import setup
from .fires import fires
from .quality import quality

app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")]
_SHOWN = 10


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="CSV、CSV.gz 或 Excel 文件，可多个")],
    fmt: Annotated[
        str | None, typer.Option("--format", help="格式代码，见 observe formats；默认按表头识别")
    ] = None,
    county: Annotated[str, typer.Option("--county", help="只与该区县登记的点位对应，例如 500229")] = "",
    year: Annotated[
        int | None, typer.Option("--year", min=1980, max=2100, help="时间没有年份时所属的年份")
    ] = None,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="标为模拟数据，凡用到之处都会注明")] = False,
    as_json: Json = False,
) -> None:
    """导入监测数据。同一文件再次导入不改变任何数据；退回的每一行都说明原因。"""
    setup.django()
    from jiuzhi.engine.observe.formats import FileProblem
    from jiuzhi.engine.observe.importer import import_file
    from jiuzhi.engine.observe.lake import LakeBusy

    done, failed = [], []
    with Progress(SpinnerColumn(), TextColumn("{task.description}", markup=False), TextColumn("{task.completed:,} 行"), TimeElapsedColumn(),
                  console=Console(stderr=True), disable=as_json) as progress:  # fmt: skip
        for path in files:
            step = progress.add_task(f"导入 {path.name}", total=None)
            try:
                batch = import_file(path, actor=setup.actor(), fmt=fmt, county=county, year=year, synthetic=synthetic,
                                    progress=lambda rows, step=step: progress.update(step, completed=rows))  # fmt: skip
            except (FileProblem, LakeBusy) as error:
                failed.append({"file": path.name, "error": str(error)})
                progress.remove_task(step)
                continue
            progress.update(step, completed=batch.rows, total=batch.rows)
            done.append(_summary(batch))
    if as_json:
        setup.say_json([*done, *failed])
    else:
        for summary in done:
            _show(summary)
    if failed:
        if as_json:
            raise typer.Exit(2)
        setup.fail("\n".join(item["error"] for item in failed))


def _summary(batch: Any) -> dict[str, Any]:
    from jiuzhi.engine.observe.importer import refused_path

    listed = refused_path(batch)
    return {
        "batch": batch.pk, "file": batch.name, "format": batch.format, "rows": batch.rows, "new": batch.new,
        "revised": batch.revised, "unchanged": batch.unchanged, "refused": batch.refused, "reasons": batch.reasons,
        "refused_file": str(listed) if listed.exists() else None,
    }  # fmt: skip


def _show(summary: dict[str, Any]) -> None:
    typer.echo(
        f"{summary['file']}（{summary['format']}）：{summary['rows']} 行；数值新增 {summary['new']}，修订 {summary['revised']}，"
        f"未变 {summary['unchanged']}；退回 {summary['refused']} 行。"
    )
    notes = [item for item in summary["reasons"] if item.get("kind") == "note"]
    refused = [item for item in summary["reasons"] if item.get("kind") != "note"]
    for item in notes[:_SHOWN]:
        typer.echo(
            "  注意：" + _place(item) + item["why"] + (f"（{item['value']}）" if item["value"] else "")
        )
    for item in refused[:_SHOWN]:
        typer.secho(f"  退回：{_place(item)}{item['why']}（{item['value']!r}）", fg=typer.colors.YELLOW)
    if summary["refused_file"]:
        typer.echo(f"  全部退回原因：{summary['refused_file']}")


def _place(item: dict[str, Any]) -> str:
    row = f"第 {item['row']} 行 " if item["row"] else ""
    return f"{row}{item['column']} " if item["column"] else row


@app.command()
def template(
    output: Annotated[Path, typer.Option("-o", "--output", help="模板文件，.xlsx 或 .csv")] = Path(
        "监测数据模板.xlsx"
    ),
) -> None:
    """写出空白模板：一行一个数值，或一列一个项目。"""
    from xlsxwriter.exceptions import FileCreateError

    from jiuzhi.engine.observe.formats.template import csv_template, write_template

    try:
        if output.suffix.lower() == ".csv":
            output.write_text(csv_template(), encoding="utf-8", newline="")
        else:
            write_template(output)
    except (OSError, FileCreateError) as error:
        setup.cannot_write(output, error)
    typer.echo(f"模板已写到 {output}")


@app.command()
def formats(as_json: Json = False) -> None:
    """列出认得的文件格式和各自必需的列。"""
    from jiuzhi.engine.observe.formats import FORMATS

    if as_json:
        setup.say_json([{"code": f.code, "title": f.title, "medium": f.medium, "columns": f.required()}
                        for f in FORMATS.values()])  # fmt: skip
        return
    table = Table("代码", "名称", "必需的列")
    for f in FORMATS.values():
        table.add_row(f.code, f.title, "、".join(f.required()))
    Console(markup=False).print(table)


@app.command()
def drain(as_json: Json = False) -> None:
    """把收件箱里已收妥的实时数据移入观测库。"""
    setup.django()
    from jiuzhi.engine.observe import drain as draining
    from jiuzhi.engine.observe.lake import LakeBusy

    with setup.sentences(LakeBusy):
        done = draining.drain()
    if as_json:
        setup.say_json(
            {"moved": done.frames, "new": done.new, "revised": done.revised, "faulty": done.faulty}
        )
    else:
        typer.echo(
            f"已入库 {done.frames} 条报文：新值 {done.new}，修订 {done.revised}；有问题的报文 {done.faulty}。"
        )


@app.command()
def refresh(
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="截至日期，默认今天")
    ] = None,
    as_json: Json = False,
) -> None:
    """按现行标准重新评价有变化的点位和月份。"""
    setup.django()
    from jiuzhi.engine.observe import assessed
    from jiuzhi.engine.observe import quality as checks
    from jiuzhi.engine.observe.lake import LakeBusy

    day = setup.day(as_of)
    with setup.sentences(LakeBusy), Progress(SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn(),
                                             console=Console(stderr=True), disable=as_json) as progress:  # fmt: skip
        step = progress.add_task("评价", total=None)
        checks.refresh(progress=lambda month: progress.update(step, description=f"检查 {month}"))
        rows = assessed.refresh(day, progress=lambda what: progress.update(step, description=f"评价 {what}"))
    if as_json:
        setup.say_json({"as_of": day, "rows": rows})
    else:
        typer.echo(
            f"评价完成（截至 {day}）："
            + ("；".join(f"{k} {n} 行" for k, n in rows.items()) or "没有变化")
            + "。"
        )


@app.command()
def export(
    station: Annotated[list[str], typer.Option("--station", help="点位编码，可多次给出")],
    output: Annotated[Path, typer.Option("-o", "--output", help="写到哪个 .csv、.xlsx 或 .parquet")],
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="从哪一天起")],
    end: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="到哪一天止（含），默认今天")
    ] = None,
    item: Annotated[
        list[str] | None, typer.Option("--property", help="项目代码，如 COD，可多次给出；默认全部")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="时段类型，如 hour，可多次给出；默认全部")
    ] = None,
    every: Annotated[bool, typer.Option("--all-revisions", help="连同被修订掉的值")] = False,
    as_json: Json = False,
) -> None:
    """导出观测值：CSV、Excel 或 Parquet，按时间排列；含模拟数据时有一列注明。"""
    setup.django()
    from xlsxwriter.exceptions import FileCreateError

    from jiuzhi.engine.observe import extract
    from jiuzhi.master.models import Station

    form = output.suffix.lower().removeprefix(".")
    if form not in extract.FORMS:
        setup.fail(f"写不了 {output.suffix or '没有扩展名的'}文件：请用 .csv、.xlsx 或 .parquet。")
    last = setup.day(end)
    if start.date() > last:
        setup.fail(f"开始日期 {start:%Y-%m-%d} 晚于结束日期 {last}：请对调。")
    names = dict(Station.objects.filter(code__in=station).values_list("code", "name"))
    if missing := sorted(set(station) - set(names)):
        setup.fail(f"没有登记点位 {'、'.join(missing)}：请核对编码。")
    wanted = extract.Wanted(
        tuple(names), start.date(), last, tuple(item or ()), tuple(kind or ()), every=every
    )
    with setup.sentences(extract.TooMany):
        extract.check(extract.look(wanted), form)
    try:
        with output.open("wb") as file:
            found = extract.write(file, form, wanted, names)
    except (OSError, FileCreateError) as error:
        setup.cannot_write(output, error)
    if as_json:
        setup.say_json({"file": str(output), "rows": found.rows, "synthetic": found.synthetic})
    else:
        said = "，含模拟数据" if found.synthetic else ""
        typer.echo(f"{found.rows:,} 个值已写到 {output}{said}。")


app.command()(quality)
app.command()(fires)
