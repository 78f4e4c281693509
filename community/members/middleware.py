"""A member's own language and time zone, from their settings."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class MemberSettingsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        member = request.user
        if member.is_authenticated and member.language:
            translation.activate(member.language)
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        if member.is_authenticated and member.time_zone:
            with timezone.override(member.time_zone):
                return self.get_response(request)
        return self.get_response(request)
