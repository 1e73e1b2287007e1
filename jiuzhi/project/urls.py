"""All addresses. Each interface brings its own list."""

from django.urls import include, path

urlpatterns = [path("", include("jiuzhi.interfaces.web.urls"))]
