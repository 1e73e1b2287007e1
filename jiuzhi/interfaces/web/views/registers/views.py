"""A person's own views of a list: which columns, which filters, under a name."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import records
from jiuzhi.core.files import printable
from jiuzhi.core.models import SavedView
from jiuzhi.core.registers import Register, query

from ..base import Scope, actor
from .base import register_page


@register_page
@require_POST
def save(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    """Show the columns sent along, or keep them with the filters under a name; the same name again replaces it."""
    name = printable(request.POST.get("name", "")).strip()[:40]
    columns = [n for n in request.POST.getlist("col") if n in register.fields]
    asked = query.ask(register, request.POST)
    kept = [("q", asked.q), ("due", asked.due), ("sort", asked.sort)]
    kept += [(n, w) for n, words in asked.filters.items() for w in words]
    kept += [
        (f"{n}_{end}", v)
        for n, pair in asked.ranges.items()
        for end, v in zip(("from", "to"), pair, strict=True)
    ]
    text = urlencode([(k, v) for k, v in [*kept, *(("col", c) for c in columns)] if v])
    at = reverse("register", args=[scope.county.code, register.code])
    if "show" in request.POST:
        return redirect(f"{at}?{text}")
    if not name:
        messages.error(request, _("请给视图起个名字。"))
        return redirect(f"{at}?{text}")
    view = SavedView.objects.filter(user=scope.user, register=register.code, name=name).first() or SavedView(
        user=scope.user, register=register.code, name=name
    )
    view.columns, view.query = " ".join(columns)[:1000], text[:1000]
    try:
        records.save(view, actor(request), "保存视图")
        messages.success(request, _("已保存视图“%(name)s”。") % {"name": name})
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect(f"{at}?{text}")


@register_page
@require_POST
def drop(request: HttpRequest, scope: Scope, register: Register, view: int) -> HttpResponse:
    found = SavedView.objects.filter(user=scope.user, register=register.code, pk=view).first()
    if found is not None:
        records.delete(found, actor(request), "删除自己的视图")
        messages.success(request, _("已删除视图。"))
    return redirect("register", scope.county.code, register.code)
