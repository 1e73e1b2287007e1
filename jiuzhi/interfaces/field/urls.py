"""Addresses of the phone page."""

from django.urls import path

from . import views

urlpatterns = [
    path("field/", views.shell, name="field"),
    path("field/sw.js", views.worker, name="field_worker"),
    path("field/manifest.webmanifest", views.manifest, name="field_manifest"),
    path("field/api/state/", views.state, name="field_state"),
    path("field/api/patrols/", views.patrol, name="field_patrol"),
    path("field/api/findings/", views.finding, name="field_finding"),
]
