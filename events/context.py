"""Where an act comes from: filled once a request, read by `record` without being passed along."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

_PHONE = re.compile(r"iphone|android.+mobile|windows phone", re.IGNORECASE)
_TABLET = re.compile(r"ipad|android|tablet", re.IGNORECASE)


@dataclass(frozen=True)
class Context:
    session: int | None = None
    source: str = ""
    device: str = ""
    language: str = ""
    country: str = ""


_current: ContextVar[Context] = ContextVar("event_context", default=Context())  # noqa: B039 (frozen)


def current() -> Context:
    return _current.get()


def device_of(user_agent: str) -> str:
    if not user_agent:
        return ""
    if _PHONE.search(user_agent):
        return "phone"
    return "tablet" if _TABLET.search(user_agent) else "desktop"


class EventContextMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        context = Context(
            source="web",
            device=device_of(request.headers.get("User-Agent", "")),
            language=(get_language() or "")[:10],
        )
        token = _current.set(context)
        try:
            return self.get_response(request)
        finally:
            _current.reset(token)
