"""What answers before or instead of the API's views is a problem too: no such address, a NUL, a fault of ours."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from community.api import problems

PREFIX = "/api/v1/"
KEPT = ("Retry-After", "WWW-Authenticate", "Allow")


class ProblemMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        foreign = response.status_code >= 400 and response.get("Content-Type") != problems.CONTENT_TYPE
        if not (foreign and request.path_info.startswith(PREFIX)):
            return response
        name = problems.BY_STATUS.get(response.status_code, "server-error")
        return problems.respond(name, headers={header: response[header] for header in KEPT if header in response})
