"""Visitors: browsers that are not signed in, told apart by a signed first-party cookie. None has a row of their own.

The unit of a visitor is minus the number in the cookie. The first member to sign up in a visitor's browser is that
visitor, before and after: events keep the unit, and `VisitorLink` says which person it is (ARCHITECTURE, "Units").
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from events import consent
from events.models import VisitorLink

COOKIE = "visitor"
KEPT_FOR = timedelta(days=400)  # browsers keep no cookie for longer (RFC 6265bis)
ANSWERED_WITHIN = 10  # seconds
BIGGEST = 2**53 - 1  # exact in JSON and in JavaScript


def mint() -> int:
    return secrets.randbelow(BIGGEST) + 1


def newcomer(visit: int | None) -> int:
    """Who a browser without a cookie is from now on. A page that is left before the first batch of its visit was
    answered sends a second one, without a cookie too: that is no second visitor."""
    number = mint()
    if visit is None or cache.add(f"newcomer:{visit}", number, ANSWERED_WITHIN):
        return number
    return int(cache.get(f"newcomer:{visit}", number))


def of(request: HttpRequest) -> int | None:
    """The visitor whose cookie this browser brings; None without one that we have signed."""
    cookie = request.COOKIES.get(COOKIE)
    if not cookie:
        return None
    try:
        return int(_signer().unsign(cookie))
    except (BadSignature, ValueError):
        return None


def observed(request: HttpRequest) -> int | None:
    """The same, where they may be observed."""
    return of(request) if COOKIE in request.COOKIES and not consent.refusal(request) else None


def unit_of(request: HttpRequest) -> int | None:
    """Whose event an act of this request is; None where it is nobody's who may be observed."""
    if request.user.is_authenticated:
        return request.user.pk
    visitor = observed(request)
    return -visitor if visitor else None


def give(response: HttpResponse, visitor: int) -> None:
    """Let the browser be known as this visitor from now on."""
    response.set_cookie(
        COOKIE,
        _signer().sign(str(visitor)),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    """Let the browser be known as nobody from now on."""
    response.delete_cookie(COOKIE, samesite="Lax")


def link(visitor: int, *, member: int, at: datetime) -> None:
    """The member has signed up in the visitor's browser. Who signs up there later stays a person apart."""
    VisitorLink.objects.bulk_create([VisitorLink(visitor=visitor, member=member, at=at)], ignore_conflicts=True)


def _signer() -> Signer:
    return Signer(salt="events.visitors")
