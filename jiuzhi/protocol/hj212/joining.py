"""Messages that come in several packets, joined again."""

from .segment import Fault, Message

_OPEN = 64  # unfinished messages of one connection held at a time


class Joiner:
    """Takes messages in the order they come and gives whole ones. Packets belong together by device, system, command, data time and number
    of packets; they may come in any order and twice. The oldest unfinished message is given up, with a fault, when too many are open."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, ...], dict[int, Message]] = {}

    @property
    def waiting(self) -> int:
        """Unfinished messages held."""
        return len(self._open)

    def add(self, message: Message) -> list[Message]:
        """What is whole after ``message``: itself when it is not split; nothing, or the joined one; before it what was given up."""
        total, number = (message.header.get(n, "") for n in ("PNUM", "PNO"))
        whole = not message.split or any(f.at == "PNO" for f in message.faults) or total == "1"
        if whole:
            return [message]
        key = (
            message.device, message.header.get("ST", ""), message.command, message.params.get("DataTime", [""])[0], total,
        )  # fmt: skip
        parts = self._open.setdefault(key, {})
        parts[int(number)] = message
        if len(parts) == int(total):
            del self._open[key]
            return [_joined([parts[n] for n in sorted(parts)])]
        return [self._given_up()] if len(self._open) > _OPEN else []

    def end(self) -> list[Message]:
        """What will never be whole: each with what came of it and a fault."""
        return [self._given_up() for _ in range(len(self._open))]

    def _given_up(self) -> Message:
        key = next(iter(self._open))
        parts = self._open.pop(key)
        found = _joined([parts[n] for n in sorted(parts)])
        found.faults.append(Fault("PNO", f"共 {key[-1]} 包，只到 {len(parts)} 包", grave=False))
        return found


def _joined(parts: list[Message]) -> Message:
    """The header of the first, and all that the others add; DataTime stands in each and is kept once."""
    found = Message(header=dict(parts[0].header))
    for part in parts:
        for name, values in part.params.items():
            held = found.params.setdefault(name, [])
            held += [v for v in values if name != "DataTime" or v not in held]
        for code, item in part.items.items():
            found.items[code] = found.items.get(code, {}) | item
        found.faults += part.faults
    return found
