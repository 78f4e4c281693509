"""What programs ask for needs neither session nor language nor member: their middleware takes longer than an answer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from experiments.serving.ofrep import PATH

PATHS = (PATH, "/api/features/")


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers these addresses past all middleware that follows."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PATHS):
            return get_response(request)
        try:
            found = request.resolver_match = resolve(request.path_info, "experiments.urls")
        except Resolver404:
            return get_response(request)
        return found.func(request, *found.args, **found.kwargs)

    return answer
