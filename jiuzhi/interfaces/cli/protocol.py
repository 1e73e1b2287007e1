"""`jiuzhi protocol …`: what instruments said, field by field — what a technician needs in the field."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from jiuzhi.protocol import hj212, sl651
from jiuzhi.protocol.hj212 import pollutants, sm4

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
    key: Annotated[
        str, typer.Option("--key", help="SM4 密钥，32 位十六进制；加密的 HJ 212-2025 报文用")
    ] = "",
) -> None:
    """逐条解读 HJ 212、SL 651 报文，每条一行 JSON：字段、长度和校验是否正确、版本、有什么问题。"""
    try:
        data = _plain(file.read_bytes())
    except OSError as error:
        setup.fail(f"读不了 {file}：{error.strerror or error}，请核对文件名和权限。")
    if key and not re.fullmatch(r"[0-9A-Fa-f]{32}", key):
        setup.fail("SM4 密钥是 32 位十六进制数（16 字节）：请照数采仪上的抄，不带空格。")
    seen: Counter[str] = Counter()
    for said in (
        _hydrology(data, seen)
        if b"\x7e\x7e" in data and b"##" not in data
        else _pollution(data, seen, [bytes.fromhex(key)] if key else [])
    ):
        if not only_faults or said["faults"]:
            typer.echo(json.dumps(said, ensure_ascii=False))
    typer.echo(
        f"{seen['frames']} 条报文，其中校验错 {seen['crc']} 条、长度错 {seen['length']} 条、内容有问题 {seen['faulty']} 条；"
        f"残缺 {seen['broken']} 段，另跳过 {seen['skipped']} 字节。",
        err=True,
    )
    if not seen["frames"]:
        setup.fail(f"{file} 里没有完整的报文：HJ 212 以 ## 加四位长度开头，SL 651 以 7E7E 开头。")


def _plain(data: bytes) -> bytes:
    """A log of hexadecimal lines as the bytes it stands for."""
    lines = [line for line in data.splitlines() if line.strip()]
    if lines and all(_HEX_LINE.fullmatch(line) for line in lines):
        return b"".join(bytes.fromhex(line.decode("ascii")) for line in lines)
    return data


def _split(splitter: Any, data: bytes) -> Iterator[Any]:
    for start in range(0, len(data), 65536):
        yield from splitter.feed(data[start : start + 65536])
    yield from splitter.end()


def _broken(raw: bytes, why: str, head: bytes, seen: Counter[str]) -> Iterator[dict[str, Any]]:
    """A broken frame as JSON; what stands between frames (a log's own times, say) is only counted."""
    if head not in raw:
        seen["skipped"] += len(raw)
        return
    seen["broken"] += 1
    shown = raw[:200].decode("utf-8", "replace") if head == b"##" else raw[:200].hex().upper()
    yield {"broken": shown, "faults": [{"at": "", "said": why}]}


def _pollution(data: bytes, seen: Counter[str], keys: list[bytes]) -> Iterator[dict[str, Any]]:
    for found in _split(hj212.Splitter(), data):
        if isinstance(found, hj212.Broken):
            yield from _broken(found.raw, found.why, b"##", seen)
            continue
        plain = None if found.crc_ok else sm4.opened(found, keys)
        right = found.crc_ok or plain is not None
        message = hj212.read(plain or found.data)
        seen.update(frames=1, crc=not right, length=not found.length_ok, faulty=bool(message.faults))
        at = message.data_time
        faults = [{"at": "", "said": note} for note in found.notes]
        if not right:
            faults.append({"at": "", "said": found.crc_fault})
        faults += [{"at": f.at, "said": f.said} for f in message.faults]
        yield {
            "protocol": "HJ 212", "edition": message.edition, "length_ok": found.length_ok, "crc_ok": right,
            "encrypted": plain is not None, "header": message.header, "data_time": at.isoformat() if at else None, "params": message.params, "items": message.items,
            "names": {code: _named(code) for code in message.items},
            "faults": faults,
        }  # fmt: skip


def _named(code: str) -> str:
    """What a code means and in which unit, as the standard's table says."""
    known = pollutants.find(code)
    return f"{known.name} [{known.unit}]".removesuffix(" []") if known else ""


def _hydrology(data: bytes, seen: Counter[str]) -> Iterator[dict[str, Any]]:
    joiner = sl651.Joiner()
    for found in _split(sl651.Splitter(), data):
        if isinstance(found, sl651.Broken):
            yield from _broken(found.raw, found.why, b"\x7e\x7e", seen)
            continue
        whole = joiner.add(found)
        report = sl651.read(whole) if whole and whole.packet is None else None
        faults = [found.crc_fault] if found.crc_fault else []
        faults += report.faults if report else []
        seen.update(frames=1, crc=not found.crc_ok, faulty=bool(report and report.faults))
        yield {
            "protocol": "SL 651", "edition": "2014", "length_ok": True, "crc_ok": found.crc_ok, "about": found.about,
            "function": f"{found.function:02X}", "station": found.station, "centre": found.centre, "up": found.up, "packet": found.packet,
            "sent": report.sent.isoformat() if report and report.sent else None,
            "elements": [_element(e) for e in report.elements] if report else [], "manual": report.manual if report else "",
            "faults": [{"at": "", "said": f} for f in faults],
        }  # fmt: skip


def _element(found: sl651.Element) -> dict[str, Any]:
    return {
        "code": found.code, "name": found.name + ("" if found.verified else "（未核实）"), "unit": found.unit,
        "at": found.at.isoformat() if found.at else None, "values": [None if v is None else f"{v:f}" for v in found.values],
    }  # fmt: skip
