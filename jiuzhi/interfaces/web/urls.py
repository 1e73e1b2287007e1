"""Addresses of the staff workbench. A county page answers with and without the county's code."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path

from . import assets
from .views import (
    account,
    commitment,
    commitments,
    design,
    home,
    imports,
    plan,
    report,
    search,
    stations,
    systems,
    upload,
    values,
)


def _county(tail: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    return [path(tail, view, name=name), path(f"county/<str:code>/{tail}", view, name=name)]


urlpatterns: list[URLPattern] = [
    *_county("", home.home, "home"),
    *_county("plan/", plan.tree, "plan"),
    *_county("plan/projects/", plan.projects, "projects"),
    *_county("plan/versions/", plan.versions, "versions"),
    *_county("plan/upload/", upload.start, "plan_upload"),
    *_county("commitments/", commitments.listing, "commitments"),
    *_county("stations/", stations.listing, "stations"),
    *_county("imports/", imports.listing, "imports"),
    *_county("report/", report.report, "report"),
    *_county("more/", home.more, "more"),
    path("county/<str:code>/plan/sentence/<str:kind>/<int:pk>/", plan.sentence, name="sentence"),
    path("county/<str:code>/plan/owner/<str:kind>/<int:pk>/", plan.owner, name="owner"),
    path("county/<str:code>/plan/upload/<str:sha256>/", upload.review, name="plan_review"),
    path("county/<str:code>/judge/", imports.judge, name="judge"),
    path("county/<str:code>/commitments/export.<str:form>", commitments.export, name="commitments_export"),
    path("county/<str:code>/commitments/<int:pk>/", commitment.detail, name="commitment"),
    path("county/<str:code>/commitments/<int:pk>/rows/", commitment.rows, name="commitment_rows"),
    path("county/<str:code>/commitments/<int:pk>/report/", values.submit, name="value_submit"),
    path("county/<str:code>/values/<int:pk>/<str:step>/", values.step, name="value_step"),
    path("county/<str:code>/values/<int:pk>/evidence/file", values.evidence, name="evidence"),
    path("county/<str:code>/stations/<path:station>/", stations.detail, name="station"),
    path("county/<str:code>/imports/<int:pk>/refused.csv", imports.refused, name="refused"),
    path("county/<str:code>/imports/template.xlsx", imports.template, name="template"),
    path("systems/", systems.listing, name="systems"),
    path("search/", search.search, name="search"),
    path("design/", design.design, name="design"),
    path("login/", account.login, name="login"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("language/", account.language, name="set_language"),
    path("static/<path:path>", assets.serve),
]
