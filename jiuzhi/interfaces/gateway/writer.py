"""The writing process: from the inbox into the lake every second, checked and judged again where something changed, old frames cleared."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import close_old_connections
from django.utils import timezone

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import assessed, inbox, quality
from jiuzhi.engine.observe.drain import drain
from jiuzhi.engine.observe.lake import LakeBusy

from . import drop

log = logging.getLogger("jiuzhi.gateway")
_T = TypeVar("_T")
PAUSE = 1.0  # [s] between two looks into the inbox
ASSESS_EVERY = 60.0  # [s] between two assessments of what changed
FORGET_EVERY = 3600.0


def write(keep_days: int) -> None:
    """Drain until SIGTERM, then once more. ``keep_days``: how long raw frames are kept."""
    stop, parent = threading.Event(), os.getppid()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    changed, judged, cleared = True, -ASSESS_EVERY, -FORGET_EVERY
    while True:
        last = stop.is_set() or os.getppid() != parent  # nobody is left to stop it
        close_old_connections()
        drained, dropped = _done(drain), _done(drop.take)
        changed |= bool(drained and drained.readings) or bool(dropped)
        now = time.monotonic()
        if changed and now - judged > ASSESS_EVERY:
            changed, judged = not _done(_judge), now
        if now - cleared > FORGET_EVERY:
            _done(lambda: inbox.forget(keep_days))
            cleared = now
        if last:
            return
        stop.wait(PAUSE if drained and dropped is not None else 10 * PAUSE)


def _done(work: Callable[[], _T]) -> _T | None:
    """What one step comes to; None when it could not be done. The other steps do not wait for it."""
    try:
        return work()
    except LakeBusy as error:
        log.warning("%s", error)
    except Exception:  # a fault in one step (a file, an assessment) must not keep frames from the lake
        log.exception("入库进程的一步没有做成，稍后再做")
    return None


def _judge() -> bool:
    quality.refresh()  # first: it writes what people decided, and that is assessed
    assessed.refresh(timezone.now().astimezone(LOCAL).date())
    return True
