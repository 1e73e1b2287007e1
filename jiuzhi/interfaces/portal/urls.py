"""Addresses everybody may open, without signing in."""

from django.urls import path

from . import complaints, views, warnings

_REGISTERS = "public/<str:code>/registers/"
_WARNINGS = "public/<str:code>/warnings"

urlpatterns = [
    *complaints.urlpatterns,
    path(_REGISTERS, views.index, name="public_registers"),
    path(f"{_REGISTERS}<str:register>/", views.listing, name="public_register"),
    path(f"{_REGISTERS}<str:register>/layer.geojson", views.layer_of, name="public_layer"),
    path(f"{_REGISTERS}<str:register>/<int:pk>/", views.detail, name="public_record"),
    path(f"{_WARNINGS}/", warnings.listing, name="public_warnings"),
    path(f"{_WARNINGS}.atom", warnings.feed, name="public_warnings_feed"),
    path(f"{_WARNINGS}/<str:identifier>.cap.xml", warnings.message, name="public_warning_cap"),
    path(f"{_WARNINGS}/<str:identifier>/", warnings.detail, name="public_warning"),
]
