"""Pages kept until something changes.

Every change of a record leaves an audit row and every change of observations a new version in the lake, so together they
date a page. Instruments change the lake every second: of that a kept page may be a minute behind, and what shows their values as they
come is not kept (`views.reporting`). A person sees again exactly what was rendered for them in this county, with a fresh token in its forms.
"""

import hashlib
import re
import time
from collections.abc import Callable, Hashable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from jiuzhi.core.models import AuditEntry
from jiuzhi.engine.observe import assessed, delta, lake, quality

_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+(")')
_PLACE = b"\x00token\x00"
_SECONDS = 3600
_BEHIND = 60.0  # seconds
_NEWEST = 50  # audit rows
_LOOKS = ("read", "export")  # entries that say somebody looked, not that something changed
T = TypeVar("T")


def data_version() -> str:
    """Changes with every change of records, observations or kept documents; one query and a few file look-ups."""
    documents = Path(settings.DOCUMENTS_DIR)
    stamp = documents.stat().st_mtime_ns if documents.exists() else 0
    # Several ids, not the highest alone: on a server a change may be committed after one with a higher id.
    changes = AuditEntry.objects.exclude(action__in=_LOOKS)
    newest = list(changes.order_by("-id").values_list("id", flat=True)[:_NEWEST])
    checked = quality.seen()
    return f"{settings.HOME}/{max(newest, default=0)}-{sum(newest)}/{stamp}/{checked}/" + "/".join(
        str(version) for version in (_observed(), *map(delta.version, (*assessed.TABLES, quality.NAME)))
    )


_seen: dict[Path, tuple[float, int]] = {}


def _observed() -> int:
    """The lake's version as it was at most a minute ago. Imports leave an audit row, too: theirs shows at once."""
    path, now = delta.folder(lake.NAME), time.monotonic()
    at, version = _seen.get(path, (0.0, -1))
    if version < 0 or now - at > _BEHIND:
        at, version = _seen[path] = (now, lake.version())
    return version


_newest: dict[str, tuple[int, dict[str, int]]] = {}


def changes() -> dict[str, int]:
    """Model label → its newest change that this process has seen; "" → the newest of all when it began to look.

    Only what was written since the last look is read, so that a figure of one register outlives changes of the others.
    """
    home = str(settings.HOME)
    last, known = _newest.get(home, (0, {}))
    written = AuditEntry.objects.order_by()
    if not known:
        last = written.aggregate(last=Max("id"))["last"] or 0
        known = {"": last}
    else:
        changed = Max("id", filter=~Q(action__in=_LOOKS))
        for model, seen, newest in (
            written.filter(id__gt=last).values_list("model").annotate(Max("id"), n=changed)
        ):
            last, known = max(last, seen), known | ({model: newest} if newest else {})
    _newest[home] = (last, known)
    return known


_held: dict[Hashable, tuple[Hashable, Any]] = {}


def shared(key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gave at this data version, for everybody in this process. The value must not be changed."""
    known = _held.get(key)
    if known is None or known[0] != version:
        if len(_held) > 500:
            _held.clear()
        known = _held[key] = (version, make())
    return known[1]


def _key(request: HttpRequest, scope: Any) -> str:
    parts = (
        request.user.pk,
        scope.county.code,  # not every address names it
        request.get_full_path(),
        request.headers.get("HX-Request", ""),
        get_language(),
        scope.version,
    )
    return "page:" + hashlib.sha256(repr(parts).encode()).hexdigest()


def kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep what ``view(request, scope, …)`` answers to a GET. Not while a message waits to be shown: that is said once."""

    @wraps(view)
    def inner(request: HttpRequest, scope: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "GET" or len(get_messages(request)):
            return view(request, scope, **kwargs)
        key = _key(request, scope)
        body = cache.get(key)
        if body is None:
            response = view(request, scope, **kwargs)
            if response.status_code == 200 and not response.streaming:
                cache.set(key, _TOKEN.sub(rb"\g<1>" + _PLACE + rb"\g<2>", response.content), _SECONDS)
            return response
        return HttpResponse(body.replace(_PLACE, get_token(request).encode()))

    return inner
