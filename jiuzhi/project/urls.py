"""All addresses. Each interface brings its own list."""

from django.urls import include, path

urlpatterns = [
    path("", include("jiuzhi.interfaces.web.urls")),
    path("", include("jiuzhi.interfaces.portal.urls")),
    path("", include("jiuzhi.interfaces.field.urls")),
    path("", include("jiuzhi.interfaces.api.urls")),
    path("", include("jiuzhi.interfaces.sta.urls")),
]

# Django looks for these only here.
handler400 = "jiuzhi.interfaces.web.views.account.unreadable"
handler403 = "jiuzhi.interfaces.web.views.account.forbidden"
handler404 = "jiuzhi.interfaces.web.views.account.missing"
handler500 = "jiuzhi.interfaces.web.views.account.broken"
