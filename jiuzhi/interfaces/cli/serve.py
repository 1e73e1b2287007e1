"""`jiuzhi serve`: the workbench over HTTP, one process group, embedded by default."""

import errno
import os
import socket
from typing import Annotated

import typer

from . import setup
from .children import Children
from .gateway import commands


def prepare() -> None:
    """Check that what the screens load is installed."""
    from django.conf import settings

    missing = [
        name for name in ("@tabler/core", "echarts", "htmx.org") if not (settings.ASSETS_DIR / name).is_dir()
    ]
    if missing:
        setup.fail(
            f"缺少界面资源 {'、'.join(missing)}（应在 {settings.ASSETS_DIR}）：请先运行 `make install`。"
        )


def check_address(host: str, port: int, option: str = "--port") -> None:
    """Say in one sentence why nothing can listen there: the port taken, forbidden, or no address of this machine.

    The server itself shares a taken port in silence, and half of the visitors would then see the other program.
    """
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        setup.fail(f"监听地址“{host}”不认得：本机用 127.0.0.1，全部网卡用 0.0.0.0。")
    family, kind, protocol, _, address = known[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError:
            setup.fail(
                f"端口 {port} 需要管理员权限：请用 {option} 换一个 1024 以上的端口，例如 {port + 8000}。"
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                setup.fail(
                    f"端口 {port} 已被占用：请停止占用它的程序，或用 {option} 换一个，例如 {port % 60000 + 1}。"
                )
            setup.fail(f"不能在 {host} 上监听（本机没有这个地址）：本机用 127.0.0.1，全部网卡用 0.0.0.0。")


def gateway_commands(host: str, hj212: int, sl651: int) -> list[list[str]]:
    """The gateway's two processes, with the broker that the environment names."""
    return commands(host, hj212, sl651, os.environ.get("JIUZHI_MQTT", ""))


def run(host: str, port: int, workers: int, beside: Children | None = None) -> None:
    """Serve until interrupted; ``beside``: what runs along with it and ends with it."""
    import multiprocessing

    from granian import Granian
    from granian.constants import Interfaces

    # The lake's reader keeps threads that do not survive a fork: workers start anew, also after a demo was just built here.
    multiprocessing.set_start_method("spawn", force=True)
    watching = beside.beside() if beside else None
    Granian(
        "jiuzhi.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=2,
        backpressure=64,
        respawn_failed_workers=True,
        log_access=os.environ.get("JIUZHI_ACCESS_LOG") == "1",
    ).serve()
    if beside and watching:
        beside.ask_to_stop()
        watching.join(60)


def serve(
    host: Annotated[str, typer.Option("--host", help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="进程数")] = 2,
    gateway: Annotated[bool, typer.Option("--gateway/--no-gateway", help="同时启动通讯网关")] = True,
    hj212: Annotated[int, typer.Option("--hj212", min=1, max=65535, help="网关的 HJ 212 端口")] = 9212,
    sl651: Annotated[int, typer.Option("--sl651", min=1, max=65535, help="网关的 SL 651 端口")] = 9651,
) -> None:
    """启动工作台、值守进程和通讯网关。"""
    check_address(host, port)
    if gateway:
        check_address(host, hj212, "--hj212")
        check_address(host, sl651, "--sl651")
    setup.django()
    prepare()
    typer.echo(f"九治工作台：http://{host}:{port}/ （按 Ctrl+C 停止）")
    if gateway:
        typer.echo(f"通讯网关：HJ 212 在 {host}:{hj212}，SL 651 在 {host}:{sl651}")
    beside = gateway_commands(host, hj212, sl651) if gateway else []
    run(host, port, workers, Children(*beside, ["watch"]))
