"""`jiuzhi gateway`: instruments connect here. Two processes: one receives, one writes into the lake."""

import logging
import os
import signal
import subprocess
import sys
import time
from typing import Annotated

import typer

from . import setup

app = typer.Typer(invoke_without_command=True)
log = logging.getLogger("jiuzhi.gateway")

Host = Annotated[str, typer.Option("--host", help="监听地址；让现场设备连得上要填 0.0.0.0")]
Pollution = Annotated[int, typer.Option("--hj212", min=0, max=65535, help="HJ 212 端口")]
Hydrology = Annotated[int, typer.Option("--sl651", min=0, max=65535, help="SL 651 端口")]
Mqtt = Annotated[str, typer.Option("--mqtt", help="MQTT 代理，如 mqtt://用户:密码@主机:1883")]
Most = Annotated[int, typer.Option("--connections", min=1, max=60000, help="最多同时连接数")]
Keep = Annotated[int, typer.Option("--keep-days", min=1, max=3650, help="原始报文保存天数")]


@app.callback()
def gateway(
    context: typer.Context, host: Host = "127.0.0.1", hj212: Pollution = 9212, sl651: Hydrology = 9651, mqtt: Mqtt = "",
    connections: Most = 2000, keep_days: Keep = 30,
) -> None:  # fmt: skip
    """启动通讯网关：接收 HJ 212、SL 651、MQTT，先落盘再应答，随后入观测库。"""
    if context.invoked_subcommand is not None:
        return
    options = [
        "--host",
        host,
        "--hj212",
        str(hj212),
        "--sl651",
        str(sl651),
        "--mqtt",
        mqtt,
        "--connections",
        str(connections),
    ]
    children = Children(["receive", *options], ["write", "--keep-days", str(keep_days)])
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: children.ask_to_stop())
    children.watch()


@app.command(hidden=True)
def receive(
    host: Host = "127.0.0.1", hj212: Pollution = 9212, sl651: Hydrology = 9651, mqtt: Mqtt = "", connections: Most = 2000
) -> None:  # fmt: skip
    """接收进程。"""
    _logging()
    setup.django()
    from jiuzhi.interfaces.gateway.server import Ports, serve

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


class Children:
    """The gateway's processes, each started again when it dies; told to stop, the receiving one first."""

    def __init__(self, *commands: list[str]) -> None:
        self._commands = commands
        self._running: list[subprocess.Popen[bytes] | None] = [None] * len(commands)
        self._stopping = False

    def start(self) -> None:
        for n, command in enumerate(self._commands):
            self._running[n] = self._spawn(command)

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "jiuzhi.interfaces.cli.main", "gateway", *command],
            env=os.environ,
            start_new_session=True,
        )

    def ask_to_stop(self) -> None:
        self._stopping = True

    def watch(self) -> None:
        """Until asked to stop; a child that dies is started again, not more than once in two seconds."""
        self.start()
        while not self._stopping:
            time.sleep(0.5)
            for n, child in enumerate(self._running):
                if child is not None and child.poll() is not None and not self._stopping:
                    if child.returncode == 2:  # it said why it cannot run
                        self.stop()
                        raise typer.Exit(2)
                    log.warning("网关的一个进程停了（%s），重新启动", child.returncode)
                    time.sleep(2)
                    self._running[n] = self._spawn(self._commands[n])
        self.stop()

    def stop(self) -> None:
        """Ask each to end in turn and wait until it has."""
        self._stopping = True
        for child in self._running:
            if child is None or child.poll() is not None:
                continue
            child.terminate()
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
