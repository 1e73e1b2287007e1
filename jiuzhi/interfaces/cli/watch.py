"""`jiuzhi watch`: the process on duty. Values are judged as they arrive, rules and terms on schedule, messages go out."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable

from . import setup

log = logging.getLogger("jiuzhi.watch")
PAUSE = 1.0  # [s] between two looks at what arrived
MINUTE, DAY = 60.0, 86400.0


def watch() -> None:
    """值守：数值到达即判，规则与期限按时查，通知随时发。"""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    setup.django()
    from django.db import close_old_connections
    from django.utils import timezone

    from jiuzhi.core import statistics
    from jiuzhi.core.models import Org
    from jiuzhi.engine.cases import clock
    from jiuzhi.engine.notify import sending
    from jiuzhi.engine.rules import standing, telling, watching
    from jiuzhi.engine.rules.look import Look

    def every_minute() -> None:
        now = timezone.now()
        for county in Org.objects.filter(kind=Org.Kind.COUNTY, plans__isnull=False).distinct():
            _done(lambda county=county: standing.look_at(county, now))  # type: ignore[misc]
            _done(lambda county=county: telling.escalate(Look(county, now)))  # type: ignore[misc]
            _done(lambda county=county: telling.after_quiet_hours(Look(county, now)))  # type: ignore[misc]
        _done(lambda: clock.tick(now))

    stop, parent, last, known = threading.Event(), os.getppid(), -MINUTE, -DAY
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())

    def post() -> None:  # beside the watching: an address that answers slowly must not hold an alarm up
        while not stop.is_set():
            close_old_connections()
            _done(lambda: sending.send_due(timezone.now()))
            stop.wait(PAUSE)

    threading.Thread(target=post, name="posting", daemon=True).start()
    while not stop.is_set() and os.getppid() == parent:
        close_old_connections()
        _done(lambda: watching.watch_new(timezone.now()))
        if time.monotonic() - last >= MINUTE:
            last = time.monotonic()
            every_minute()
        if time.monotonic() - known >= DAY:
            known = time.monotonic()
            _done(statistics.refresh)
        stop.wait(PAUSE)


def _done(work: Callable[[], object]) -> None:
    """Do one piece of work; a fault in it is written down and must not keep the others from being done."""
    try:
        work()
    except Exception:
        log.exception("值守的一步没有完成，下一轮重做")
