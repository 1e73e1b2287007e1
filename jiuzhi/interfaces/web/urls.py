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
    compare,
    design,
    devices,
    duties,
    home,
    imports,
    plan,
    quality,
    report,
    reporting,
    scorecards,
    scores,
    search,
    stations,
    systems,
    taken,
    upload,
    values,
)
from .views.registers import (
    about,
    bulk,
    editing,
    exchange,
    files,
    index,
    listing,
    map,
    periods,
    record,
    saved,
)


def _county(tail: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    return [path(tail, view, name=name), path(f"county/<str:code>/{tail}", view, name=name)]


_REGISTER = "county/<str:code>/registers/<str:register>"

urlpatterns: list[URLPattern] = [
    *_county("", home.home, "home"),
    *_county("plan/", plan.tree, "plan"),
    *_county("plan/projects/", plan.projects, "projects"),
    *_county("plan/versions/", plan.versions, "versions"),
    *_county("plan/upload/", upload.start, "plan_upload"),
    *_county("commitments/", commitments.listing, "commitments"),
    *_county("stations/", stations.listing, "stations"),
    *_county("quality/", quality.listing, "quality"),
    *_county("compare/", compare.compare, "compare"),
    *_county("devices/", devices.listing, "devices"),
    *_county("duties/", duties.listing, "duties"),
    *_county("scores/", scores.listing, "scores"),
    *_county("imports/", imports.listing, "imports"),
    *_county("report/", report.report, "report"),
    *_county("more/", home.more, "more"),
    path("county/<str:code>/plan/sentence/<str:kind>/<int:pk>/", plan.sentence, name="sentence"),
    path("county/<str:code>/plan/owner/<str:kind>/<int:pk>/", plan.owner, name="owner"),
    path("county/<str:code>/plan/upload/<str:sha256>/", upload.review, name="plan_review"),
    path("county/<str:code>/duties/export.xlsx", duties.export, name="duties_export"),
    path("county/<str:code>/duties/<int:pk>/", duties.task, name="duty"),
    path("county/<str:code>/meeting/", duties.pack, name="meeting"),
    path("county/<str:code>/scores/cards/", scorecards.listing, name="scorecards"),
    path("county/<str:code>/scores/cards/<int:pk>/", scorecards.card, name="scorecard"),
    path("county/<str:code>/scores/<int:pk>/", scores.detail, name="score"),
    path("county/<str:code>/scores/<int:pk>/object/", scores.protest, name="score_object"),
    path("county/<str:code>/scores/objections/<int:pk>/", scores.answer, name="score_answer"),
    path("county/<str:code>/scores/<str:month>/report.<str:form>", scores.export, name="ecology_file"),
    path("county/<str:code>/scores/<str:month>/<str:step>/", scores.act, name="score_act"),
    path("county/<str:code>/judge/", imports.judge, name="judge"),
    path("county/<str:code>/commitments/export.<str:form>", commitments.export, name="commitments_export"),
    path("county/<str:code>/commitments/<int:pk>/", commitment.detail, name="commitment"),
    path("county/<str:code>/commitments/<int:pk>/rows/", commitment.rows, name="commitment_rows"),
    path("county/<str:code>/commitments/<int:pk>/report/", values.submit, name="value_submit"),
    path("county/<str:code>/values/<int:pk>/<str:step>/", values.step, name="value_step"),
    path("county/<str:code>/values/<int:pk>/evidence/file", values.evidence, name="evidence"),
    path("county/<str:code>/stations/<path:station>/live/", reporting.fresh, name="station_live"),
    path(
        "county/<str:code>/stations/<path:station>/revisions/", reporting.revisions, name="station_revisions"
    ),
    path("county/<str:code>/stations/<path:station>/data.<str:form>", taken.of_station, name="station_data"),
    path("county/<str:code>/compare/data.<str:form>", taken.of_compared, name="compare_data"),
    path("county/<str:code>/devices/<int:pk>/", devices.detail, name="device"),
    path("county/<str:code>/devices/<int:pk>/ask/", devices.ask, name="device_ask"),
    path("county/<str:code>/stations/<path:station>/", stations.detail, name="station"),
    path("county/<str:code>/quality/check/", quality.check, name="quality_check"),
    path("county/<str:code>/quality/decide/", quality.decide, name="quality_decide"),
    path("county/<str:code>/quality/<int:pk>/undo/", quality.undo_one, name="quality_undo"),
    path("county/<str:code>/imports/<int:pk>/refused.csv", imports.refused, name="refused"),
    path("county/<str:code>/imports/template.xlsx", imports.template, name="template"),
    # Registers: index, lists and documentation.
    *_county("registers/", index.index, "registers"),
    *_county("periods/", periods.listing, "periods"),
    path(f"{_REGISTER}/", listing.listing, name="register"),
    path(f"{_REGISTER}/about/", about.about, name="register_about"),
    path(f"{_REGISTER}/bulk/", bulk.register_bulk, name="register_bulk"),
    path(f"{_REGISTER}/views/", saved.save, name="register_view_save"),
    path(f"{_REGISTER}/views/<int:pk>/drop/", saved.drop, name="register_view_drop"),
    path(f"{_REGISTER}/undo/<str:change_set>/", record.take_back_set, name="register_undo_set"),
    # One record.
    path(f"{_REGISTER}/new/", editing.new, name="record_new"),
    path(f"{_REGISTER}/choices/<str:field>/", editing.choices, name="record_choices"),
    path(f"{_REGISTER}/<int:pk>/", record.detail, name="record"),
    path(f"{_REGISTER}/<int:pk>/edit/", editing.edit, name="record_edit"),
    path(f"{_REGISTER}/<int:pk>/step/<str:step>/", record.step, name="record_step"),
    path(f"{_REGISTER}/<int:pk>/delete/", record.remove, name="record_delete"),
    path(f"{_REGISTER}/<int:pk>/undo/<int:entry>/", record.take_back, name="record_undo"),
    path(f"{_REGISTER}/<int:pk>/files/", files.attach, name="record_attach"),
    path(f"{_REGISTER}/<int:pk>/files/<int:file>/", files.file, name="record_file"),
    path(f"{_REGISTER}/<int:pk>/files/<int:file>/drop/", files.drop, name="record_file_drop"),
    # Excel and CSV.
    path(f"{_REGISTER}/import/", exchange.start, name="register_import"),
    path(f"{_REGISTER}/import/<str:job>/", exchange.job, name="register_import_job"),
    path(f"{_REGISTER}/import/<str:job>/file/", exchange.handed_back, name="register_import_file"),
    path(f"{_REGISTER}/template.xlsx", exchange.template, name="register_template"),
    path(f"{_REGISTER}/export.<str:form>", exchange.export, name="register_export"),
    # Maps.
    path(f"{_REGISTER}/map/", map.register_map, name="register_map"),
    path(f"{_REGISTER}/layer.geojson", map.register_layer, name="register_layer"),
    path("systems/", systems.listing, name="systems"),
    path("search/", search.search, name="search"),
    path("design/", design.design, name="design"),
    path("login/", account.login, name="login"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("language/", account.language, name="set_language"),
    path("static/<path:path>", assets.serve),
]
