"""What is said back to a device: answers to readings and notices, and requests of the platform."""

from collections.abc import Mapping

from . import tables
from .segment import Message

_BASES = {"2005": 0, "2017": 4, "2025": 8}  # the flag without answer and without packets


def _made(message: Message, cn: str, params: Mapping[str, str]) -> Message:
    """An answer repeats the QN of what it answers, goes as system 91, and wants no answer itself."""
    kept = {k: message.header[k] for k in ("QN", "PW", "MN") if k in message.header}
    head = {
        "QN": kept.get("QN", ""),
        "ST": tables.INTERACTION,
        "CN": cn,
        "PW": kept.get("PW", ""),
        "MN": kept.get("MN", ""),
    }
    if "Flag" in message.header:
        head["Flag"] = str(_BASES.get(message.edition, 4))
    return Message({k: v for k, v in head.items() if v}, params={k: [v] for k, v in params.items()})


def answer(message: Message) -> Message:
    """9014: the reading has arrived. Source: HJ 212-2017 6.6.1."""
    return _made(message, "9014", {})


def notice_answer(message: Message) -> Message:
    """9013: the notice has arrived. Source: HJ 212-2017 6.6.1."""
    return _made(message, "9013", {})


def request(
    cn: str, *, qn: str, st: str, mn: str, pw: str, edition: str = "2017", params: Mapping[str, str] | None = None
) -> Message:  # fmt: skip
    """A request of the platform that wants its 9011 (set time "1012", history "2061" with BeginTime and EndTime …), or its notice that
    wants its 9013 ("2012").

    ``qn``: 17 digits, of its own for each exchange. Errors: ``ValueError`` for a command no platform sends.
    """
    if not {"request", "inform"} & set(tables.COMMANDS.get(cn, "").split()):
        raise ValueError(f"命令 {cn} 不是平台发往现场机的请求")
    head = {"QN": qn, "ST": st, "CN": cn, "PW": pw, "MN": mn, "Flag": str(_BASES[edition] | 1)}
    return Message(head, params={k: [v] for k, v in (params or {}).items()})
