"""`jiuzhi registers …`: what registers there are, templates and exports out, files in."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from . import setup

app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")]
Code = Annotated[str, typer.Argument(help="台账代码，例如 water.outlet；见 registers list")]
County = Annotated[str, typer.Option("--county", help="六位区县代码，例如 500229")]
_SHOWN = 30


@app.command("list")
def list_registers(as_json: Json = False) -> None:
    """列出全部台账：代码、名称、字段数、记录数、服务的系统。"""
    setup.django()
    from jiuzhi.core.registers import REGISTERS

    rows = [
        {
            "code": r.code, "title": r.title, "fields": len(r.fields), "records": r.model._default_manager.count(),
            "serves": list(r.serves), "public": bool(r.public),
        }
        for r in REGISTERS.values()
    ]  # fmt: skip
    if as_json:
        return setup.say_json(rows)
    table = Table("代码", "台账", "字段", "记录", "服务的系统", "公开")
    for r in rows:
        table.add_row(
            r["code"],
            r["title"],
            str(r["fields"]),
            str(r["records"]),
            " ".join(r["serves"]),
            "是" if r["public"] else "",
        )
    Console().print(table)
    return None


@app.command()
def template(
    code: Code, county: County, out: Annotated[Path, typer.Option("-o", "--out", help="写到哪个 .xlsx")]
) -> None:
    """生成 Excel 填报模板（下拉列表、批注、填写说明）。"""
    register, org = _found(code, county)
    from jiuzhi.engine.exchange.template import template as write

    with _opened(out) as file:
        write(file, register, org)
    typer.echo(f"{register.title}模板已写到 {out}。")


@app.command()
def export(
    code: Code,
    county: County,
    out: Annotated[Path, typer.Option("-o", "--out", help="写到哪个 .xlsx 或 .csv")],
    q: Annotated[str, typer.Option("--q", help="只导出含这些字的记录")] = "",
) -> None:
    """导出台账；改好后可原样导入，只有改过的内容会变。"""
    register, org = _found(code, county)
    from jiuzhi.core import local
    from jiuzhi.core.registers import query, reading
    from jiuzhi.engine.exchange.export import export as write

    if out.suffix not in (".xlsx", ".csv"):
        setup.fail(f"写不了 {out.suffix or '没有扩展名的'}文件：请用 .xlsx 或 .csv。")
    asked = query.ask(register, {"q": [q]})
    found = query.select(register, reading.everything(register, org), asked, local.today())
    with _opened(out) as file:
        written = write(file, out.suffix[1:], register, org, found, setup.actor(), asked=asked)
    typer.echo(f"{register.title} {written.rows} 条已写到 {out}。")


@app.command("import")
def import_file(
    code: Code,
    file: Annotated[Path, typer.Argument(help=".xlsx 或 .csv 文件")],
    county: County,
    dry: Annotated[bool, typer.Option("--dry-run", help="只预检，不写入")] = False,
    good_rows: Annotated[bool, typer.Option("--good-rows", help="有误的行跳过，只写入无误的行")] = False,
    handed_back: Annotated[Path | None, typer.Option("--handback", help="把注明错误的原文件写到这里")] = None,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="新增的记录标为模拟数据")] = False,
    as_json: Json = False,
) -> None:
    """导入台账：先预检全部行，有一处有误就一行也不写（除非选 --good-rows）。"""
    register, org = _found(code, county)
    from django.core.exceptions import ValidationError

    from jiuzhi.engine.exchange.apply import apply
    from jiuzhi.engine.exchange.dry_run import dry_run
    from jiuzhi.engine.exchange.handback import handback
    from jiuzhi.engine.exchange.read import FileFault, read

    if not file.is_file():
        setup.fail(f"没有文件 {file}：请核对路径。")
    with _progress(as_json) as progress, setup.sentences(FileFault, ValidationError):
        table = read(file, register)
        step = progress.add_task("预检", total=len(table.rows))
        outcome = dry_run(register, org, table, None, lambda n: progress.update(step, completed=n))
        if synthetic:
            outcome.mark_synthetic()
        if handed_back:
            handed_back.write_bytes(handback(file, file.name, outcome))
        change = ""
        if not dry and (good_rows or not outcome.faults):
            step = progress.add_task("写入", total=len(outcome.writable))
            change = apply(
                outcome, setup.actor(), f"导入 {file.name}"[:200], good_rows=good_rows,
                progress=lambda n: progress.update(step, completed=n),
            )  # fmt: skip
    _say(outcome, change, dry, as_json)
    if outcome.faults and not (dry or good_rows):
        raise typer.Exit(2)


@app.command()
def samples(as_json: Json = False) -> None:
    """载入随产品附带的样例记录（演示用；虚构的行标为模拟数据）。"""
    setup.django()
    from django.core.exceptions import ValidationError

    from jiuzhi.engine.exchange.samples import load_samples

    with setup.sentences(ValidationError):
        written = load_samples(setup.actor())
    if as_json:
        setup.say_json({"written": written})
    else:
        typer.echo(f"写入样例 {written} 条。")


def _found(code: str, county: str) -> tuple[Any, Any]:
    """The register and the county, or one sentence."""
    setup.django()
    from jiuzhi.core.models import Org
    from jiuzhi.core.registers import REGISTERS

    register = REGISTERS.get(code)
    if register is None:
        setup.fail(f"没有台账“{code}”：用 jiuzhi registers list 看有哪些。")
    org = Org.objects.filter(code=county, kind=Org.Kind.COUNTY).first()
    if org is None:
        setup.fail(f"没有区县“{county}”：先用 jiuzhi plan load 载入它的规划，再重试。")
    return register, org


def _opened(out: Path) -> Any:
    try:
        return out.open("wb")
    except OSError as error:
        setup.cannot_write(out, error)


def _progress(quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}/{task.total:,} 行"), TimeElapsedColumn(),
        console=Console(stderr=True), disable=quiet,
    )  # fmt: skip


def _say(outcome: Any, change: str, dry: bool, as_json: bool) -> None:
    from jiuzhi.engine.exchange.dry_run import WORDS

    counts = {action: outcome.count(action) for action in WORDS}
    faults = [{"row": f.row, "cell": f.cell, "field": f.title, "said": f.said} for f in outcome.faults]
    if as_json:
        setup.say_json(
            {
                **counts, "faults": faults, "unknown_columns": outcome.table.unknown, "change_set": change,
                "notes": [{"row": n, "said": s} for n, s in outcome.notes],
            }
        )  # fmt: skip
        return
    said = "，".join(f"{WORDS[a]} {n} 行" for a, n in counts.items() if n)
    verb = "预检" if dry or (faults and not change) else "已写入" if change else "没有需要写入的"
    typer.echo(f"{outcome.register.title}{verb}：{said}。")
    for f in faults[:_SHOWN]:
        typer.echo(f"  第 {f['row']} 行 {f['cell']} {f['field']}：{f['said']}", err=True)
    if len(faults) > _SHOWN:
        typer.echo(f"  另有 {len(faults) - _SHOWN} 处：加 --handback 文件名 得到注明错误的原文件。", err=True)
    if outcome.table.unknown:
        typer.echo(f"  不认得的列（未导入）：{'、'.join(outcome.table.unknown)}", err=True)
