"""What holds for every request: the language a person chose, and that an address is text."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import translation


class ChosenLanguage:
    """Chinese, unless the person picked another language here.

    Django's LocaleMiddleware follows the browser; in a county office an English-language browser would then hide the
    plan's own words behind half a translation.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.known = {code for code, _ in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        with translation.override(wanted if wanted in self.known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault(
                "Content-Language", translation.get_language() or settings.LANGUAGE_CODE
            )
        return response


class AddressIsText:
    """A NUL byte in an address names nothing, and not every database can be asked for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            return HttpResponseNotFound("没有这个页面。", content_type="text/plain; charset=utf-8")
        return self.get_response(request)
