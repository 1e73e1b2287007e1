"""Addresses everybody may open, without signing in."""

from django.urls import path

from . import complaints, views

_REGISTERS = "public/<str:code>/registers/"

urlpatterns = [
    *complaints.urlpatterns,
    path(_REGISTERS, views.index, name="public_registers"),
    path(f"{_REGISTERS}<str:register>/", views.listing, name="public_register"),
    path(f"{_REGISTERS}<str:register>/layer.geojson", views.layer_of, name="public_layer"),
    path(f"{_REGISTERS}<str:register>/<int:pk>/", views.detail, name="public_record"),
]
