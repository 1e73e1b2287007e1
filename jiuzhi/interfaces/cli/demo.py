"""`jiuzhi demo`: both counties with simulated measurements, ready to look at."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from jiuzhi.interfaces import demo_people
from jiuzhi.interfaces.demo_people import LOGINS, PASSWORD

from . import setup
from .children import Children
from .serve import check_address, gateway_commands, prepare, run


def demo(
    host: Annotated[str, typer.Option("--host", help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口")] = 8000,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="模拟到哪一天，默认今天")
    ] = None,
    documents: Annotated[
        Path | None, typer.Option("--documents", help="放规划原文的文件夹；有它界面可显示原句")
    ] = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="准备好后启动工作台")] = True,
    live: Annotated[bool, typer.Option("--live/--no-live", help="同时启动通讯网关和一县模拟设备")] = True,
    hj212: Annotated[int, typer.Option("--hj212", min=1, max=65535, help="网关的 HJ 212 端口")] = 9212,
    sl651: Annotated[int, typer.Option("--sl651", min=1, max=65535, help="网关的 SL 651 端口")] = 9651,
    fresh: Annotated[bool, typer.Option("--fresh", help="重新评价与研判")] = False,
) -> None:
    """准备演示：载入两县规划包，模拟观测，研判承诺，启动工作台。"""
    if serve:
        check_address(host, port)
        if live:
            check_address(host, hj212, "--hj212")
            check_address(host, sl651, "--sl651")
    os.environ["JIUZHI_DEMO"] = "1"
    setup.django()
    prepare()
    from . import demo_data

    console = Console()
    day = setup.day(as_of)
    if fresh or not demo_data.ready(day):
        with Progress(console=console) as progress:
            demo_data.build(day, progress, documents)
    elif documents:
        demo_data.keep_documents(documents)
    console.print(f"\n[bold]九治演示[/bold]（观测与填报值全部为模拟数据）：http://{host}:{port}/")
    for name, title, _, _ in LOGINS:
        console.print(f"  {title}：用户名 {name}，密码 {PASSWORD}", highlight=False)
    console.print("  看什么：总览 → 规划 → 任一承诺 → 监测点位、监测设备（实时） → 系统清单 → 生成评估报告\n")
    if serve:
        run(host, port, 2, Children(*(_live(host, port, hj212, sl651) if live else []), ["watch"]))


def _live(host: str, port: int, hj212: int, sl651: int) -> list[list[str]]:
    """The gateway, and a county of instruments that speaks to it."""
    county = ["--county", demo_people.LIVE_COUNTY, "--push", f"http://{host}:{port}"]
    where = ["--host", host, "--hj212", str(hj212), "--sl651", str(sl651)]
    return [*gateway_commands(host, hj212, sl651), ["simulate", "devices", *county, *where]]
