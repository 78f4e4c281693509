"""Limits that hold for every page, and the answer of those that a view did not show in its own form."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from community.members import limits
from events import api as events

READS = ("GET", "HEAD", "OPTIONS")
WRITTEN = ("title", "body", "note", "bio")  # fields whose text is given back


class RateLimitMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            self._count(request)
        except limits.TooMany as error:
            return too_many(request, error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return too_many(request, error) if isinstance(error, limits.TooMany) else None

    def _count(self, request: HttpRequest) -> None:
        if request.method in READS:
            return
        if request.path.rstrip("/") == events.PATH:
            limits.take("events", request)
            return
        limits.take("write", request)
        if request.path == reverse("account_signup"):
            limits.take("sign-up", request)


def too_many(request: HttpRequest, error: limits.TooMany) -> HttpResponse:
    """429, which says when to come back, and gives the text that was posted back to be kept."""
    posted = [text for name in WRITTEN if (text := request.POST.get(name, ""))]
    response = render(request, "429.html", {"error": error, "posted": posted}, status=429)
    response["Retry-After"] = str(error.retry_after)
    return response
