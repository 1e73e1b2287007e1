"""HJ 212: the frames in which pollution monitoring instruments report (editions 2005, 2017 and 2025).

    splitter = Splitter()
    for found in splitter.feed(received):     # bytes as they come, in any pieces
        message = read(found.data) if isinstance(found, Frame) else None
    reply = frame(answer(message).text())     # 9014 to a reading that asks for one

Facts: HJ 212-2017 clauses 6.1 to 6.6 and appendices A to C. The text of the 2025 edition (in force since 2026-01-01) was not read: what
rests on implementations of it alone is marked `UNREAD`.
"""

from .crc import crc16
from .frames import Broken, Frame, Splitter, frame, split
from .joining import Joiner
from .segment import Fault, Message, read
from .talk import answer, notice_answer, request

__all__ = [
    "Broken", "Fault", "Frame", "Joiner", "Message", "Splitter", "answer", "crc16", "frame", "notice_answer", "read", "request", "split"
]  # fmt: skip
