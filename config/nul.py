"""PostgreSQL's texts hold no NUL. Forms refuse it by themselves; here the rest of a request is looked at."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

NUL = "\x00"


class NoNulMiddleware:
    """Answers 400 where the address, its query or a cookie has a NUL, before a view looks for such a thing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or NUL in request.path_info:
            return HttpResponseBadRequest()
        if any(NUL in value for value in request.COOKIES.values()):
            return HttpResponseBadRequest()
        return self.get_response(request)
