"""Addresses of the API. What no operation answers to is refused in JSON, not with a page."""

from django.urls import path, re_path

from . import api

urlpatterns = [
    path("api/v1/openapi.json", api.openapi, name="api_openapi"),
    path("api/v1/docs", api.docs, name="api_docs"),
    path("api/v1/", api.api.urls),
    re_path(r"^api/(?P<rest>.*)$", api.unknown),
]
