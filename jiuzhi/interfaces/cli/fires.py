"""`jiuzhi observe fires`: fire points of a FIRMS file."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from jiuzhi.core import files

from . import setup

_SHOWN = 20


def fires(
    file: Annotated[Path, typer.Argument(help="FIRMS 下载的 CSV（VIIRS 或 MODIS）")],
    county: Annotated[str, typer.Option("--county", help="火点登记到哪个区县，例如 500229")],
    box: Annotated[str, typer.Option("--box", help="只收这一范围：西,南,东,北（度）")] = "",
    synthetic: Annotated[bool, typer.Option("--synthetic", help="标为模拟数据，凡用到之处都会注明")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")] = False,
) -> None:
    """导入卫星火点。同一文件再次导入不重复登记；退回的每一行都说明原因。"""
    bounds = _box(box) if box else None
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        setup.fail(f"{file.name} 不是 UTF-8 文本：请用 FIRMS 下载的 CSV 原文件。")
    except OSError as error:
        setup.fail(f"读不了 {file}（{files.why(error)}）：请核对文件位置和权限。")
    setup.django()
    from jiuzhi.core.models import Org
    from jiuzhi.engine.observe import fires as fire_points
    from jiuzhi.protocol.firms import NoFires

    place = Org.objects.filter(code=county, kind=Org.Kind.COUNTY).first()
    if place is None:
        setup.fail(f"没有区县 {county}：先运行 `jiuzhi plan load 规划包文件夹`，或核对代码。")
    with setup.sentences(NoFires):
        done = fire_points.bring(text, place, setup.actor(), box=bounds, synthetic=synthetic)
    if as_json:
        setup.say_json({"file": file.name, "rows": done.rows, "new": done.new, "known": done.known,
                        "refused": [{"row": r.row, "why": r.why} for r in done.refused]})  # fmt: skip
        return
    typer.echo(
        f"{file.name}：{done.rows} 行；新登记 {done.new}，已有 {done.known}，退回 {len(done.refused)}。"
    )
    for one in done.refused[:_SHOWN]:
        typer.secho(f"  退回：第 {one.row} 行 {one.why}", fg=typer.colors.YELLOW)
    if len(done.refused) > _SHOWN:
        typer.echo(f"  另有 {len(done.refused) - _SHOWN} 行，用 --json 看全部。")


def _box(text: str) -> Any:
    try:
        west, south, east, north = (Decimal(part.strip()) for part in text.split(","))
    except (ValueError, InvalidOperation):
        setup.fail(f"范围“{text}”读不懂：请写成 西,南,东,北，如 108.2,31.6,109.3,32.2。")
    if west >= east or south >= north:
        setup.fail(f"范围“{text}”是空的：西要小于东，南要小于北。")
    return west, south, east, north
