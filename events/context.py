"""Where an act comes from: filled once a request, read by `record` without being passed along."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from events import visitors

_PHONE = re.compile(r"iphone|android.+mobile|windows phone", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_TABLET = re.compile(r"ipad|android|tablet", re.IGNORECASE)


@dataclass(frozen=True)
class Context:
    session: int | None = None  # one number for the acts of one browser session
    source: str = ""  # web, api, import
    device: str = ""  # phone, tablet, desktop
    language: str = ""  # of the page: en, zh-hans
    country: str = ""  # two capital letters, where a proxy in front tells
    visitor: int | None = None  # whose cookie the browser brings, where they may be observed


_current: ContextVar[Context] = ContextVar("event_context", default=Context())  # noqa: B039 (frozen)


def current() -> Context:
    return _current.get()


@contextmanager
def within(context: Context) -> Iterator[None]:
    """What is recorded meanwhile comes from there."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def device_of(user_agent: str) -> str:
    if not user_agent:
        return ""
    if _PHONE.search(user_agent):
        return "phone"
    return "tablet" if _TABLET.search(user_agent) else "desktop"


def session_of(request: HttpRequest) -> int | None:
    """A number that stands for the browser session and does not give its key away; None where there is none."""
    key = request.session.session_key
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7]) if key else None


def country_of(request: HttpRequest) -> str:
    """From the header that the proxy in front sets (settings.COUNTRY_HEADER), else unknown."""
    code = request.headers.get(settings.COUNTRY_HEADER, "") if settings.COUNTRY_HEADER else ""
    return code.upper() if _COUNTRY.fullmatch(code) else ""


class EventContextMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        context = Context(
            session=session_of(request),
            source="web",
            device=device_of(request.headers.get("User-Agent", "")),
            language=(get_language() or "")[:10],
            country=country_of(request),
            visitor=visitors.observed(request),
        )
        with within(context):
            return self.get_response(request)
