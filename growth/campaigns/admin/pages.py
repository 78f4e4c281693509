"""How a campaign stands: what it is, how far it has come, what was done to it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from growth.campaigns.admin import acts, estimates, progress
from growth.campaigns.models import Campaign
from growth.campaigns.planning import acting

MOST = 50  # changes and occurrences that are shown
LIVE = (Campaign.State.SCHEDULED, Campaign.State.RUNNING, Campaign.State.PAUSED)
BEFORE = (Campaign.State.REVIEW, Campaign.State.SCHEDULED)


def standing(request: HttpRequest, campaign: Campaign, *, may_change: bool) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        **_progress(campaign),
        "title": campaign.name,
        "variations": campaign.variations.select_related("provider"),
        "guardrails": campaign.guardrails.select_related("metric"),
        "occurrences": campaign.occurrences.order_by("-number")[:MOST],
        "changes": list(campaign.changes.select_related("by")[:MOST]),
        "acts": acts.offered(request.user, campaign),
        "may_change": may_change,
        "own": campaign.state == Campaign.State.REVIEW and acting.wrote(campaign, request.user),
        "counting": estimates.address(campaign) if campaign.state in BEFORE else "",
    }
    return render(request, "admin/campaigns/standing.html", context)


@require_safe
def polled(request: HttpRequest, pk: int) -> HttpResponse:
    """For htmx, while it runs; when its state changes the whole page is new."""
    if not request.user.has_perm("campaigns.view_campaign"):
        raise PermissionDenied
    campaign = get_object_or_404(Campaign, pk=pk)
    response = render(request, "admin/campaigns/_progress.html", _progress(campaign))
    if request.GET.get("state", campaign.state) != campaign.state:
        response["HX-Refresh"] = "true"
    return response


def _progress(campaign: Campaign) -> dict[str, Any]:
    return {"campaign": campaign, "progress": progress.of(campaign), "is_live": campaign.state in LIVE}
