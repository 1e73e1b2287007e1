"""Static files of this interface and of the pinned npm packages: addresses with fingerprints, served with ETag.

No build step and no collecting: a file is found where it lies. The address carries a fingerprint of the content, so a
browser may keep it for a year and still gets a new one the moment it changes.
"""

import hashlib
import json
import mimetypes
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified

MODULES = {
    "htmx": "htmx/htmx.esm.js",
    "echarts": "echarts/echarts.esm.min.mjs",
    "maplibre": "maplibre/maplibre-gl.js",
    "maplibre-look": "maplibre/maplibre-gl.css",
    "jiuzhi/chart": "web/js/chart.js",
    "jiuzhi/lines": "web/js/lines.js",
    "jiuzhi/live": "web/js/live.js",
    "jiuzhi/map": "web/js/map.js",
    "jiuzhi/plot": "web/js/plot.js",
    "jiuzhi/path": "web/js/path.js",
    "jiuzhi/series": "web/js/series.js",
}
YEAR = 365 * 86400
mimetypes.add_type("text/javascript", ".mjs")


@lru_cache(maxsize=512)
def _find(path: str) -> Path | None:
    try:
        found = finders.find(path)
    except SuspiciousFileOperation:  # a path that leads out of the folder names nothing
        return None
    return Path(found) if isinstance(found, str) else None


@lru_cache(maxsize=512)
def _fingerprint(path: str, stamp: float) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=512)
def _fixed(path: str) -> str:
    return _address(path)


def _address(path: str) -> str:
    found = _find(path)
    mark = _fingerprint(str(found), found.stat().st_mtime) if found else "missing"
    return f"{settings.STATIC_URL}{path}?v={mark}"


def url(path: str) -> str:
    """The address of a static file. While developing, a changed file is noticed at once."""
    return _address(path) if settings.DEBUG else _fixed(path)


def import_map() -> str:
    return json.dumps({"imports": {name: url(path) for name, path in MODULES.items()}})


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """One static file. Answers 304 when the browser already has it. Errors: 404."""
    found = _find(path)
    if found is None or not found.is_file():
        raise Http404
    etag = f'"{_fingerprint(str(found), found.stat().st_mtime)}"'
    if etag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        response = FileResponse(found.open("rb"), content_type=kind)
    response["ETag"] = etag
    fixed = request.GET.get("v") == etag.strip('"')
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable" if fixed else "public, max-age=3600"
    return response
