"""One address: the path below it is SensorThings' own little language."""

from django.urls import re_path

from . import views

urlpatterns = [re_path(r"^sta(?P<path>(?:/[\s\S]*)?)\Z", views.answer, name="sta")]
