"""A person's own views of a list: columns, filters and order under a name."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import records
from jiuzhi.core.files import printable
from jiuzhi.core.models import SavedView
from jiuzhi.core.registers import Register

from ..base import Scope, actor
from .base import register_page
from .listing import Listing

_MOST = 30  # views of one list


def _list(scope: Scope, register: Register, asked: str = "") -> HttpResponse:
    at = reverse("register", args=[scope.county.code, register.code])
    return redirect(f"{at}?{asked}" if asked else at)


@register_page
@require_POST
def save(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    """Keep the list as it is shown; a view of the same name is replaced."""
    asked = Listing(scope, register, QueryDict(request.POST.get("_in", "")[:2000]))
    name = printable(request.POST.get("_name", "")).strip()[:40]
    mine = SavedView.objects.filter(user=scope.user, register=register.code)
    view = mine.filter(name=name).first() or SavedView(user=scope.user, register=register.code, name=name)
    if not name:
        messages.error(request, _("请给视图起个名字。"))
    elif not view.pk and mine.count() >= _MOST:
        messages.error(request, _("一个台账最多保存 %(n)s 个视图：请先删掉不用的。") % {"n": _MOST})
    else:
        view.columns = " ".join(asked.given.getlist("col"))[:1000]
        view.query = asked.kept
        try:
            records.save(view, actor(request), _("保存列表视图"))
            messages.success(request, _("已保存视图“%(name)s”。") % {"name": name})
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
    return _list(scope, register, asked.kept)


@register_page
@require_POST
def drop(request: HttpRequest, scope: Scope, register: Register, pk: int) -> HttpResponse:
    view = SavedView.objects.filter(user=scope.user, register=register.code, pk=pk).first()
    if view is None:
        raise Http404(_("没有这个视图。"))
    name = view.name
    records.delete(view, actor(request), _("删除列表视图"))
    messages.success(request, _("已删除视图“%(name)s”。") % {"name": name})
    return _list(scope, register)
