"""`jiuzhi serve`: the workbench over HTTP, one process group, embedded by default."""

import os
from pathlib import Path
from typing import Annotated

import typer

from . import setup


def prepare() -> None:
    """Check that what the screens load is installed and collect it. Cheap when nothing changed."""
    from django.conf import settings
    from django.core.management import call_command

    missing = [
        name for name in ("@tabler/core", "echarts", "htmx.org") if not (settings.ASSETS_DIR / name).is_dir()
    ]
    if missing:
        setup.fail(
            f"缺少界面资源 {'、'.join(missing)}（应在 {settings.ASSETS_DIR}）：请先运行 `make install`。"
        )
    call_command("collectstatic", verbosity=0, interactive=False)


def run(host: str, port: int, workers: int) -> None:
    """Serve until interrupted. Static files are answered by the server itself, without Python."""
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "jiuzhi.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=2,
        backpressure=64,
        respawn_failed_workers=True,
        static_path_route=[settings.STATIC_URL.rstrip("/")],
        static_path_mount=[Path(settings.STATIC_ROOT)],
        log_access=os.environ.get("JIUZHI_ACCESS_LOG") == "1",
    ).serve()


def serve(
    host: Annotated[str, typer.Option("--host", help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="端口")] = 8000,
    workers: Annotated[int, typer.Option("--workers", help="进程数")] = 2,
) -> None:
    """启动工作台。"""
    setup.django()
    prepare()
    typer.echo(f"九治工作台：http://{host}:{port}/ （按 Ctrl+C 停止）")
    run(host, port, workers)
