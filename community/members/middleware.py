"""A member's own language and time zone, from their settings, and when they were last here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from community.members.models import Member

SEEN_EVERY = timedelta(hours=1)


class MemberSettingsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        member = request.user
        if not member.is_authenticated:
            return self.get_response(request)
        see(member)
        if member.language:
            translation.activate(member.language)
            request.LANGUAGE_CODE = translation.get_language()
        if member.time_zone:
            with timezone.override(member.time_zone):
                return self.get_response(request)
        return self.get_response(request)


def see(member: Member) -> None:
    """Note the visit, with one write an hour at most."""
    now = timezone.now()
    if now - member.seen_at > SEEN_EVERY:
        Member.objects.filter(pk=member.pk, seen_at__lt=now - SEEN_EVERY).update(seen_at=now)
