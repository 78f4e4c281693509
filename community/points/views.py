"""The leaderboards, a member's own points, and how points work."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from community.asked import page_number
from community.members.models import Member
from community.points import periods, privileges, rules, scopes, statement, wording
from community.points.boards import pages
from community.points.models import SITE


def board(request: HttpRequest, period: str = "week", kind: str = "", slug: str = "") -> HttpResponse:
    scope = scopes.find(kind, slug, request.user) if kind else None
    if kind and scope is None:
        raise Http404("no such board")
    shown = periods.current(period)
    viewer = request.user if request.user.is_authenticated else None
    found = pages.build(scope.key if scope else SITE, shown, number=page_number(request, most=1_000_000), viewer=viewer)
    context = {
        "board": found,
        "period": shown,
        "scope": scope,
        "labels": wording.PERIODS,
        "zone": settings.TIME_ZONE.rpartition("/")[2].replace("_", " "),
    }
    return render(request, "points/board.html", context)


def scopes_page(request: HttpRequest) -> HttpResponse:
    """Categories and tags, each a link to its board; period as chosen before."""
    period = request.GET.get("period", "week")
    if period not in periods.NAMES:
        raise Http404("no such period")
    found = scopes.choices(request.user)
    by_kind = {kind: [scope for scope in found if scope.kind == kind] for kind in ("category", "tag")}
    return render(request, "points/scopes.html", {"scopes": by_kind, "period": period})


def mine(request: HttpRequest, username: str) -> HttpResponse:
    """Each entry and its cause, for the member and moderators; for others the sums by rule."""
    member = get_object_or_404(Member.objects.active().named(username))
    viewer = request.user
    if not viewer.is_authenticated and not member.profile_public:
        return redirect_to_login(request.get_full_path())
    own = viewer.pk == member.pk
    rule, cursor = request.GET.get("rule", ""), request.GET.get("after")
    context = {"member": member, "own": own, "sums": statement.sums(member), "rule": rule}
    if own or (viewer.is_authenticated and viewer.moderates):
        context["page"] = statement.read(member, viewer=cast(Member, viewer), rule=rule, cursor=cursor)
    return render(request, "points/mine.html", context)


def privileges_page(request: HttpRequest) -> HttpResponse:
    """How points work: the rules that hold and what points allow."""
    held = [(wording.rule(name), rule) for name, rule in rules.in_force().items()]
    context = {
        "rules": sorted(held, key=lambda pair: -pair[1].points),
        "privileges": [
            (wording.privilege(name), points, privileges.may(request.user, name))
            for name, points in privileges.thresholds().items()
        ],
        "zone": settings.TIME_ZONE.rpartition("/")[2].replace("_", " "),
    }
    return render(request, "points/privileges.html", context)
