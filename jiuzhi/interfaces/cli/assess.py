"""`jiuzhi assess …`: judge a file in place, without loading it and without a database."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from . import setup

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="CSV、CSV.gz 或 .xlsx，一行一个样品")]
Out = Annotated[Path, typer.Option("-o", "--out", help="输出 CSV：原有各行各列不动，右侧追加评价列")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")]
AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="评价日，默认今天")]
Named = Annotated[str, typer.Option("--format", help="已知格式的代码，默认按表头识别")]
Year = Annotated[int | None, typer.Option("--year", min=1980, max=2100, help="时间列没有年份时指明")]
Target = Annotated[str, typer.Option("--target", help="没有目标列时的目标类别，默认 Ⅲ")]


@app.command()
def air(
    file: File,
    out: Out,
    form: Annotated[
        str, typer.Option("--form", help="hourly 小时值（实时报）或 daily 日均值（日报），默认由文件判断")
    ] = "",
    edition: Annotated[str, typer.Option("--edition", help="2012 或 2026；默认按样品日期选在用版本")] = "",
    not_monitored: Annotated[
        str, typer.Option("--not-monitored", help="监测方案不测的项目，逗号分隔，如 CO,O3")
    ] = "",
    named: Named = "",
    as_of: AsOf = None,
    year: Year = None,
    as_json: Json = False,
) -> None:
    """空气：AQI、级别、首要污染物、执行的标准版本和理由（HJ 633-2012 / HJ 633-2026，按样品日期）。"""
    from jiuzhi.engine.observe.onefile.air import air_judge
    from jiuzhi.science.standards.aqi import EDITIONS, POLLUTANTS

    _one_of("--form", form, ("hourly", "daily"))
    _one_of("--edition", edition, tuple(name[-4:] for name in EDITIONS))
    skipped = _names("--not-monitored", not_monitored, POLLUTANTS)
    make = partial(air_judge, form=form, edition=edition, not_monitored=skipped, wanted=named)
    _run(file, out, make, as_of, year, as_json)


@app.command()
def water(
    file: File,
    out: Out,
    body: Annotated[
        str, typer.Option("--body", help="river 或 lake；默认看“水体类型”列，再看断面与水体名称")
    ] = "",
    target: Target = "",
    not_monitored: Annotated[
        str, typer.Option("--not-monitored", help="确实不测的基本项目，逗号分隔，如 TP,NH3N")
    ] = "",
    named: Named = "",
    as_of: AsOf = None,
    year: Year = None,
    as_json: Json = False,
) -> None:
    """地表水断面：水质类别、超过目标的项目与倍数、理由（GB 3838-2002，环办[2011]22号）。"""
    from jiuzhi.engine.observe.onefile.water import water_judge
    from jiuzhi.science.standards.water import AUTOMATIC_ITEMS

    _one_of("--body", body, ("river", "lake"))
    skipped = _names("--not-monitored", not_monitored, AUTOMATIC_ITEMS)
    make = partial(water_judge, body=body, target=target, not_monitored=skipped, wanted=named)
    _run(file, out, make, as_of, year, as_json)


@app.command()
def lake(
    file: File,
    out: Out,
    target: Target = "",
    named: Named = "",
    as_of: AsOf = None,
    year: Year = None,
    as_json: Json = False,
) -> None:
    """湖泊水库：水质类别（总氮单独评价）、综合营养状态指数 TLI 与营养状态。"""
    from jiuzhi.engine.observe.onefile.water import lake_judge

    _run(file, out, partial(lake_judge, target=target, wanted=named), as_of, year, as_json)


def _one_of(option: str, text: str, allowed: tuple[str, ...]) -> None:
    if text and text not in allowed:
        setup.fail(f"{option} 不能是“{text}”，可用：{'、'.join(allowed)}。")


def _names(option: str, text: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        _one_of(option, name, allowed)
    return names


def _run(
    file: Path, out: Path, make: Callable[..., Any], as_of: datetime | None, year: int | None, as_json: bool
) -> None:
    from jiuzhi.engine.observe.formats import FileProblem
    from jiuzhi.engine.observe.onefile import judge_file

    day = setup.day(as_of)
    with setup.sentences(FileProblem), setup.progress(as_json, rows=True) as progress:
        step = progress.add_task(f"评价 {file.name}", total=None)
        summary = judge_file(
            file, out, make, as_of=day, year=year, progress=lambda rows: progress.update(step, completed=rows)
        )
    if as_json:
        setup.say_json({"file": str(file), "out": str(out), **summary.as_dict()})
        return
    table = Table(title=f"{file.name} · {summary.title}", title_justify="left")
    table.add_column("评价")
    table.add_column("行数", justify="right")
    for label, count in summary.verdicts.most_common():
        table.add_row(label, str(count))
    for reason, count in summary.reasons.most_common(5):
        table.add_row(f"未评价：{reason}", str(count))
    Console(markup=False).print(table)
    typer.echo(f"{summary.rows} 行中 {summary.judged} 行已评价，结果在 {out}。")
