"""`jiuzhi gateway`: instruments connect here. Two processes: one receives, one writes into the lake."""

import logging
import signal
from typing import Annotated

import typer

from . import setup
from .children import Children

app = typer.Typer(invoke_without_command=True)

Host = Annotated[str, typer.Option("--host", help="监听地址；让现场设备连得上要填 0.0.0.0")]
Pollution = Annotated[int, typer.Option("--hj212", min=0, max=65535, help="HJ 212 端口")]
Hydrology = Annotated[int, typer.Option("--sl651", min=0, max=65535, help="SL 651 端口")]
Mqtt = Annotated[str, typer.Option("--mqtt", help="MQTT 代理，如 mqtt://用户:密码@主机:1883")]
Most = Annotated[int, typer.Option("--connections", min=1, max=60000, help="最多同时连接数")]
Keep = Annotated[int, typer.Option("--keep-days", min=1, max=3650, help="原始报文保存天数")]


def commands(
    host: str, hj212: int, sl651: int, mqtt: str = "", connections: int = 2000, keep_days: int = 30
) -> list[list[str]]:  # fmt: skip
    """The gateway's two processes, as commands of `jiuzhi`."""
    where = ["--host", host, "--hj212", str(hj212), "--sl651", str(sl651)]
    receive = ["gateway", "receive", *where, "--mqtt", mqtt, "--connections", str(connections)]
    return [receive, ["gateway", "write", "--keep-days", str(keep_days)]]


@app.callback()
def gateway(
    context: typer.Context, host: Host = "127.0.0.1", hj212: Pollution = 9212, sl651: Hydrology = 9651, mqtt: Mqtt = "",
    connections: Most = 2000, keep_days: Keep = 30,
) -> None:  # fmt: skip
    """启动通讯网关：接收 HJ 212、SL 651、MQTT，先落盘再应答，随后入观测库。"""
    if context.invoked_subcommand is not None:
        return
    _logging()
    children = Children(*commands(host, hj212, sl651, mqtt, connections, keep_days))
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: children.ask_to_stop())
    if not children.watch():
        raise typer.Exit(2)


@app.command(hidden=True)
def receive(
    host: Host = "127.0.0.1", hj212: Pollution = 9212, sl651: Hydrology = 9651, mqtt: Mqtt = "", connections: Most = 2000
) -> None:  # fmt: skip
    """接收进程。"""
    _logging()
    setup.django()
    from jiuzhi.interfaces.gateway.server import Ports, serve

    if mqtt:
        from jiuzhi.interfaces.gateway.mqtt import broker

        with setup.sentences(ValueError):
            broker(mqtt)
    try:
        serve(Ports(host, hj212, sl651, mqtt, connections), lambda ports: typer.echo(f"网关在听：{ports}"))
    except OSError as error:
        setup.fail(
            f"网关不能监听 {host} 的 {hj212}、{sl651} 端口：{error.strerror or error}，请换端口或停掉占用它的程序。"
        )


@app.command(hidden=True)
def write(keep_days: Keep = 30) -> None:
    """入库进程。"""
    _logging()
    setup.django()
    from jiuzhi.interfaces.gateway.writer import write as run

    run(keep_days)


def _logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
