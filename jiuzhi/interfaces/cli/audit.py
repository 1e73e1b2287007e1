"""`jiuzhi audit …`: whether the log of changes is whole."""

from typing import Annotated

import typer

from . import setup

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """变更记录。"""


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")] = False) -> None:
    """逐条核对变更记录的链值：改动过一个字节也会指出来。"""
    setup.django()
    from jiuzhi.core import audit

    good, fault = audit.verify()
    if as_json:
        setup.say_json({"good": good, "fault": fault})
    elif fault:
        typer.secho(fault, fg=typer.colors.RED, err=True)
    else:
        typer.echo(f"变更记录 {good} 条，链值全部相符。")
    if fault:
        raise typer.Exit(1)
