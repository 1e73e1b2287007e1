"""The writing process: from the inbox into the lake every second, checked and judged again where something changed, old frames cleared."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

from django.db import close_old_connections
from django.utils import timezone

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import assessed, inbox, quality
from jiuzhi.engine.observe.drain import drain
from jiuzhi.engine.observe.lake import LakeBusy

from . import drop

log = logging.getLogger("jiuzhi.gateway")
PAUSE = 1.0  # [s] between two looks into the inbox
ASSESS_EVERY = 60.0  # [s] between two assessments of what changed
FORGET_EVERY = 3600.0


def write(keep_days: int) -> None:
    """Drain until SIGTERM, then once more. ``keep_days``: how long raw frames are kept."""
    stop, parent = threading.Event(), os.getppid()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    changed, judged, cleared = True, 0.0, 0.0
    while True:
        last = stop.is_set() or os.getppid() != parent  # nobody is left to stop it
        close_old_connections()
        try:
            changed |= drain().readings > 0
            changed |= drop.take() > 0
            now = time.monotonic()
            if changed and now - judged > ASSESS_EVERY:
                quality.refresh()  # first: it writes what people decided, and that is assessed
                assessed.refresh(timezone.now().astimezone(LOCAL).date())
                changed, judged = False, now
            if now - cleared > FORGET_EVERY:
                inbox.forget(keep_days)
                cleared = now
        except LakeBusy as error:
            log.warning("%s", error)
        if last:
            return
        stop.wait(PAUSE)
