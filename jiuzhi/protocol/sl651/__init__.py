"""SL 651-2014: the hexadecimal frames of hydrology stations (water level, rain, discharge).

    splitter = Splitter()
    for found in splitter.feed(received):
        if isinstance(found, Frame) and found.crc_ok:
            report = read(found)
            reply = answer(found, at)         # the centre's acknowledgement

The standard's text was not at hand: layout and element codes were checked against published frames; what no frame shows is marked `UNREAD` in
`tables`. The ASCII form of the standard is not read.
"""

from .body import Element, Report, read
from .frames import Broken, Frame, Joiner, Splitter, answer, crc16, frame, split

__all__ = [
    "Broken",
    "Element",
    "Frame",
    "Joiner",
    "Report",
    "Splitter",
    "answer",
    "crc16",
    "frame",
    "read",
    "split",
]
