"""`jiuzhi protocol …`: what instruments said, field by field — what a technician needs in the field."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from jiuzhi.protocol import hj212

from . import setup

app = typer.Typer(no_args_is_help=True)
_HEX_LINE = re.compile(rb"\s*(?:[0-9A-Fa-f]{2}\s*){6,}")


@app.callback()
def group() -> None:
    """监测仪器的通讯协议：解读报文。"""


@app.command()
def decode(
    file: Annotated[Path, typer.Argument(help="报文日志：文本、原始字节，或每行一条十六进制")],
    only_faults: Annotated[bool, typer.Option("--faults", help="只列出有问题的报文")] = False,
) -> None:
    """逐条解读 HJ 212 报文，每条一行 JSON：字段、长度和校验是否正确、版本、有什么问题。"""
    try:
        data = file.read_bytes()
    except OSError as error:
        setup.fail(f"读不了 {file}：{error.strerror or error}，请核对文件名和权限。")
    seen: Counter[str] = Counter()
    for found in _all(_plain(data)):
        said = _said(found, seen)
        if said and (not only_faults or said["faults"]):
            typer.echo(json.dumps(said, ensure_ascii=False))
    typer.echo(
        f"{seen['frames']} 条报文，其中校验错 {seen['crc']} 条、长度错 {seen['length']} 条、内容有问题 {seen['faulty']} 条；"
        f"残缺 {seen['broken']} 段，另跳过 {seen['skipped']} 字节。",
        err=True,
    )
    if not seen["frames"]:
        setup.fail(f"{file} 里没有 HJ 212 报文：报文以 ## 加四位长度开头。")


def _plain(data: bytes) -> bytes:
    """A log of hexadecimal lines as the bytes it stands for."""
    lines = [line for line in data.splitlines() if line.strip()]
    if lines and all(_HEX_LINE.fullmatch(line) for line in lines):
        return b"".join(bytes.fromhex(line.decode("ascii")) for line in lines)
    return data


def _all(data: bytes) -> Iterable[hj212.Frame | hj212.Broken]:
    splitter = hj212.Splitter()
    for start in range(0, len(data), 65536):
        yield from splitter.feed(data[start : start + 65536])
    yield from splitter.end()


def _said(found: hj212.Frame | hj212.Broken, seen: Counter[str]) -> dict[str, Any]:
    """One frame as JSON; {} for what stands between frames (a log's own times, say)."""
    if isinstance(found, hj212.Broken):
        if b"##" not in found.raw:
            seen["skipped"] += len(found.raw)
            return {}
        seen["broken"] += 1
        return {
            "broken": found.raw[:200].decode("utf-8", "replace"),
            "faults": [{"at": "", "said": found.why}],
        }
    message = hj212.read(found.data)
    seen["frames"] += 1
    seen["crc"] += not found.crc_ok
    seen["length"] += not found.length_ok
    seen["faulty"] += bool(message.faults)
    at = message.data_time
    faults = [{"at": "", "said": note} for note in found.notes]
    if not found.crc_ok:
        said = f"校验码 {found.crc:04X}，应为 {hj212.crc16(found.data):04X}"
        faults.append({"at": "", "said": said})
    faults += [{"at": f.at, "said": f.said} for f in message.faults]
    return {
        "edition": message.edition, "length_ok": found.length_ok, "crc_ok": found.crc_ok, "header": message.header,
        "data_time": at.isoformat() if at else None, "params": message.params, "items": message.items, "faults": faults,
    }  # fmt: skip
