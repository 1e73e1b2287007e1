"""The list of promises: filter it, and take what is on screen away as CSV or Excel."""

import io
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from jiuzhi.engine.exchange import workbook
from jiuzhi.engine.plan import board

from ..keep import kept
from ..present import percent
from .base import OTHER, Scope, county_page, page

SORTS = ("state", "plan", "name", "probability")
_WORST = {"badly_late": 0, "late": 1, "no_data": 2, "on_track": 3, "met": 4}


def _chosen(request: HttpRequest) -> dict[str, str]:
    names = ("q", "state", "domain", "owner", "progress", "nature", "sort")
    return {name: request.GET.get(name, "").strip()[:60] for name in names}


def _fits(item: board.CommitmentItem, f: dict[str, str]) -> bool:
    if f["state"] and item.state not in (("badly_late", "late") if f["state"] == "behind" else (f["state"],)):
        return False
    if f["owner"] and str(item.owner_id or "none") != f["owner"]:
        return False
    exact = (("domain", item.domain or OTHER), ("progress", item.progress), ("nature", item.nature))
    if any(f[name] and f[name] != value for name, value in exact):
        return False
    text = f"{item.name} {item.place} {item.owner} {item.code}".lower()
    return all(word in text for word in f["q"].lower().split())


def _sorted(items: list[board.CommitmentItem], how: str) -> list[board.CommitmentItem]:
    if how == "plan":
        return items
    if how == "name":
        return sorted(items, key=lambda i: i.name)
    if how == "probability":
        return sorted(items, key=lambda i: (i.probability is None, i.probability or 0))
    return sorted(items, key=lambda i: (_WORST.get(i.state, 5), i.start))


def _choices(items: list[board.CommitmentItem]) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: only what occurs."""
    owners = {str(i.owner_id or "none"): i.owner for i in items}
    return {
        "domain": [(d, d) for d in dict.fromkeys(i.domain or OTHER for i in items)],
        "owner": sorted(owners.items(), key=lambda o: (o[0] != "none", o[1])),
        "progress": list(dict.fromkeys((i.progress, i.progress_label) for i in items if i.progress)),
        "nature": [(n, n) for n in dict.fromkeys(i.nature for i in items if i.nature)],
    }


@county_page
@kept
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    chosen = _chosen(request)
    items = scope.items
    rows = _sorted([i for i in items if _fits(i, chosen)], chosen["sort"])
    counts = dict.fromkeys(_WORST, 0)
    for item in rows:
        counts[item.state or "no_data"] += 1
    context = {
        "rows": rows,
        "all": len(items),
        "counts": counts,
        "chosen": chosen,
        "choices": _choices(items),
        "filtered": any(v for k, v in chosen.items() if k != "sort"),
        "synthetic": any(i.synthetic for i in rows),
        "active_domain": chosen["domain"],
    }
    return page(request, "web/commitments.html", context, active="commitments")


def _table(items: list[board.CommitmentItem]) -> tuple[list[str], list[list[Any]]]:
    head = [
        _("编号"), _("承诺"), _("地点"), _("领域"), _("目标"), _("目标年"), _("现值"), _("现值时期"), _("单位"), _("状态"),
        _("理由"), _("达成概率"), _("责任单位"), _("属性"), _("数据性质"),
    ]  # fmt: skip
    body = [
        [
            i.code, i.name, i.place, i.domain, i.target, i.year or "", i.now, i.now_period, i.unit, i.state_label,
            i.reason, percent(i.probability), i.owner, i.nature, _("模拟数据") if i.synthetic else "",
        ]
        for i in items
    ]  # fmt: skip
    return head, body


@county_page
def export(request: HttpRequest, scope: Scope, form: str) -> HttpResponse:
    """What the filters show, as ``csv`` (with a mark so that Excel reads UTF-8) or ``xlsx``."""
    if form not in ("csv", "xlsx"):
        raise Http404
    chosen = _chosen(request)
    items = _sorted([i for i in scope.items if _fits(i, chosen)], chosen["sort"])
    head, body = _table(items)
    synthetic = any(i.synthetic for i in items)
    title = f"{scope.county.name}承诺清单"
    note = f"{title}，截至 {scope.as_of or '—'}，共 {len(body)} 项" + (
        "，含模拟数据，不可用于上报" if synthetic else ""
    )
    data = _xlsx(note, head, body) if form == "xlsx" else _csv(note, head, body)
    kind = (
        "text/csv; charset=utf-8"
        if form == "csv"
        else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response = HttpResponse(data, content_type=kind)
    name = f"{title}-{scope.as_of or ''}{'-模拟数据' if synthetic else ''}.{form}"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _csv(note: str, head: list[str], body: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    workbook.write_csv(out, [[note], head, *body])
    return out.getvalue()


def _xlsx(note: str, head: list[str], body: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = workbook.book(out)
    sheet = workbook.Sheet(book, _("承诺"))
    for column, width in enumerate((9, 34, 12, 8, 16, 8, 12, 10, 10, 10, 44, 10, 18, 8, 10)):
        sheet.sheet.set_column(column, column, width)
    sheet.write([note])
    sheet.write(head, book.add_format({"bold": True, "bottom": 1}))
    for row in body:
        sheet.write(row)
    sheet.sheet.freeze_panes(2, 2)
    sheet.sheet.autofilter(1, 0, max(len(body) + 1, 2), len(head) - 1)
    book.close()
    return out.getvalue()
