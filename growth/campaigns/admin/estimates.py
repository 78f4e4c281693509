"""What is to be expected of a campaign before it goes out, in words. It is counted over all members, so the pages that
show it ask for it by itself, once they are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from growth.campaigns.models import Campaign, Channel
from growth.campaigns.planning.estimating import Estimate, estimate
from growth.campaigns.templatetags.campaign_words import span

SHORT = timedelta(minutes=1)
BEFORE = (Campaign.State.DRAFT, Campaign.State.REVIEW, Campaign.State.SCHEDULED)
READERS = tuple(f"campaigns.{act}_campaign" for act in ("view", "change", "approve", "launch"))


def address(campaign: Campaign) -> str:
    """Empty of one without channels: there is nothing to expect."""
    return reverse("admin:campaigns_campaign_estimate", args=[campaign.pk]) if campaign.channels else ""


@require_safe
def estimated(request: HttpRequest, pk: int) -> HttpResponse:
    """A part for htmx; a page without it."""
    if not any(map(request.user.has_perm, READERS)):
        raise PermissionDenied
    campaign = get_object_or_404(Campaign, pk=pk, state__in=BEFORE)
    if "HX-Request" in request.headers:
        return render(request, "admin/campaigns/_estimate.html", {"estimate": told(campaign)})
    context = {"title": campaign.name, "campaign": campaign, "estimate": told(campaign)}
    return render(request, "admin/campaigns/estimate.html", {**admin.site.each_context(request), **context})


def told(campaign: Campaign) -> list[str]:
    """Of one without channels there is nothing to expect."""
    return list(_lines(campaign, estimate(campaign))) if campaign.channels else []


def _lines(campaign: Campaign, found: Estimate) -> Iterator[str]:
    numbers = {name: intcomma(getattr(found, name)) for name in ("audience", "held", "reached", "capped", "quiet")}
    if campaign.kind == Campaign.Kind.TRIGGERED:
        yield _("Members enter one by one; these numbers are of all who could.")
    yield _("%(audience)s members take part. Held back for comparison: %(held)s.") % numbers
    by_channel = [f"{Channel(name).label} {intcomma(count)}" for name, count in found.first.items()]
    if by_channel:
        yield _("%(reached)s can be reached, by the first channel that does: %(by)s.") % {
            **numbers,
            "by": ", ".join(by_channel),
        }
    else:
        yield _("Nobody can be reached by its channels.")
    if found.capped:
        yield _("%(capped)s of these have had enough for now, and get nothing.") % numbers
    if found.quiet:
        yield _("For %(quiet)s it waits until their quiet hours end.") % numbers
    yield _pace(found)


def _pace(found: Estimate) -> str:
    if found.seconds is None:
        return _("Nothing limits its pace but the site itself.")
    lasts = timedelta(seconds=found.seconds)
    if lasts < SHORT:
        return _("It is out within a minute.")
    return _("At its pace it takes about %s.") % span(timedelta(minutes=round(lasts / SHORT)))
