"""One address: the path below it is SensorThings' own little language."""

from django.urls import re_path

from . import views

urlpatterns = [re_path(r"(?s)^sta(?P<path>(?:/.*)?)\Z", views.answer, name="sta")]
