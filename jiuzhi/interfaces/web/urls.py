"""Addresses of the staff workbench."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
