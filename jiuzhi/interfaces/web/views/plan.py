"""The plan as a tree, its sentences from the person's own document, and whose turn each promise is."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jiuzhi.core import records
from jiuzhi.core.files import printable
from jiuzhi.core.models import Org
from jiuzhi.engine.plan import board, documents
from jiuzhi.engine.plan.models import Clause, Commitment, Plan, Project, Task

from ..keep import kept
from .base import Scope, actor, county_page, page, require

KINDS: dict[str, Any] = {"commitment": Commitment, "task": Task, "clause": Clause, "project": Project}
NO_DOCUMENT = "web/parts/no_document.html"


def _cut(node: board.TreeNode, words: list[str], state: str, owner: str) -> board.TreeNode | None:
    """The part of the tree that fits the filter; a clause whose title fits keeps all it holds."""
    fits = bool(words) and all(w in node.title.lower() for w in words) and not (state or owner)
    if fits:
        return node
    commitments = [c for c in node.commitments if _wanted(c, c.name, words, state, owner)]
    tasks = [] if state else [t for t in node.tasks if _wanted(t, t.title, words, "", owner)]
    children = [found for child in node.children if (found := _cut(child, words, state, owner))]
    if not (commitments or tasks or children):
        return None
    return board.TreeNode(**{**vars(node), "commitments": commitments, "tasks": tasks, "children": children})


def _wanted(item: Any, title: str, words: list[str], state: str, owner: str) -> bool:
    if state and getattr(item, "state", "") not in (
        ("late", "badly_late") if state == "behind" else (state,)
    ):
        return False
    if owner == "none" and item.owner != board.UNASSIGNED:
        return False
    text = f"{title} {item.owner} {item.code}".lower()
    return all(w in text for w in words)


def _rendered(scope: Scope, plan: Plan, q: str, state: str, owner: str) -> tuple[str, bool, bool]:
    """The tree as HTML, whether anything is left of it, and whether it rests on synthetic data.

    Kept until any record changes, for everybody with the same rights: it is the largest page.
    """
    key = f"tree:{settings.HOME}:{plan.pk}:{scope.as_of}:{scope.version}:{get_language()}:{scope.may('assign_owner')}"
    plain = not (q or state or owner)
    if plain and (kept := cache.get(key)):
        return kept
    tree = board.tree(plan, scope.as_of)
    chapters = tree.chapters
    if not plain:
        words = q.lower().split()
        chapters = [found for c in chapters if (found := _cut(c, words, state, owner))]
    html = render_to_string(
        "web/parts/tree.html",
        {
            "chapters": chapters,
            "loose": tree.loose if plain else [],
            "at": reverse("home", args=[scope.county.code]),  # one address for the thousand links below
            "opened": not plain,
            "may_assign": scope.may("assign_owner"),
            "unassigned": board.UNASSIGNED,
            "county_name": scope.county.name,
        },
    )
    found = (html, bool(chapters), tree.synthetic)
    if plain:
        cache.set(key, found, 3600)
    return found


@county_page
@kept
def tree(request: HttpRequest, scope: Scope) -> HttpResponse:
    context: dict[str, Any] = {"may_load": scope.may("load_plan")}
    if scope.plan:
        q = printable(request.GET.get("q", "")).strip()[:60]
        state, owner = request.GET.get("state", ""), request.GET.get("owner", "")
        html, found, synthetic = _rendered(scope, scope.plan, q, state, owner)
        context |= {
            "tree_html": html,
            "found": found,
            "synthetic": synthetic,
            "q": q,
            "filters": {"state": state, "owner": owner},
            "has_document": documents.text(scope.plan) is not None,
        }
    return page(request, "web/plan.html", context, active="plan")


def _located(scope: Scope, kind: str, pk: int) -> Any:
    model = KINDS.get(kind)
    if model is None:
        raise Http404
    return get_object_or_404(model.objects.select_related("plan__county"), pk=pk, plan__county=scope.county)


@county_page
def sentence(request: HttpRequest, scope: Scope, kind: str, pk: int) -> HttpResponse:
    """The sentence a fact stands on, cut from the person's own document; nothing of it is stored."""
    record = _located(scope, kind, pk)
    said = documents.sentence(record.plan, record.start, record.end)
    context = {
        "said": said,
        "record": record,
        "plan": record.plan,
        "code": scope.county.code,
        "title": str(record),
    }
    if request.headers.get("HX-Request"):
        return render(request, "web/parts/sentence.html", context)
    return page(request, "web/sentence.html", context, active="plan")


@county_page
def owner(request: HttpRequest, scope: Scope, kind: str, pk: int) -> HttpResponse:
    """See and mend whose turn a commitment or task is."""
    if kind not in ("commitment", "task"):
        raise Http404
    record = _located(scope, kind, pk)
    require(scope, "assign_owner")
    htmx = bool(request.headers.get("HX-Request"))
    county: Org = scope.county
    units = (
        Org.objects.filter(path__startswith=county.path)
        .exclude(kind=Org.Kind.VILLAGE)
        .order_by("kind", "name")
    )
    context: dict[str, Any] = {"record": record, "kind": kind, "code": county.code}
    if request.method == "POST":
        chosen = request.POST.get("owner", "")
        unit = units.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
        if chosen and unit is None:
            context["error"] = _("没有这个单位，请从列表里选一个。")
        else:
            before = record.owner
            record.owner = unit
            records.save(record, actor(request), "撤销指定" if request.POST.get("undo") else "指定责任单位")
            context |= {"saved": True, "before": before, "undone": bool(request.POST.get("undo"))}
            if not htmx:
                return redirect(_back(request, kind, record, county))
    if not context.get("saved"):
        context["units"] = units
    if htmx:
        return render(request, "web/parts/owner.html", context)
    return page(request, "web/owner.html", context, active="plan")


def _back(request: HttpRequest, kind: str, record: Any, county: Org) -> str:
    if kind == "commitment":
        return reverse("commitment", args=[county.code, record.pk])
    return reverse("plan", args=[county.code])


@county_page
def projects(request: HttpRequest, scope: Scope) -> HttpResponse:
    rows = Project.objects.none()
    q = printable(request.GET.get("q", "")).strip()[:60]
    if scope.plan:
        rows = scope.plan.projects.select_related("clause").order_by("start", "code")
        for word in q.split():
            rows = rows.filter(Q(name__icontains=word) | Q(place__icontains=word) | Q(kind__icontains=word))
    return page(request, "web/projects.html", {"rows": rows, "q": q}, active="plan")


@county_page
def versions(request: HttpRequest, scope: Scope) -> HttpResponse:
    rows = Plan.objects.filter(county=scope.county)
    return page(request, "web/versions.html", {"rows": rows}, active="plan")
