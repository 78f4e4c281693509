"""The report of a campaign: its page, its numbers as CSV, and the wish for a fresh one."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.bell import ring
from growth.campaigns.models import Campaign, CampaignReport
from growth.campaigns.proving import showing, tables, tasks, telling

VIEW = "campaigns.view_campaign"


def urls(site: AdminSite) -> list[URLPattern]:
    """For CampaignAdmin.get_urls."""

    def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
        return path(route, site.admin_view(view), name=f"campaigns_campaign_{name}")

    return [
        page("<int:pk>/report/", report, "report"),
        page("<int:pk>/report/csv/", table, "report_csv"),
        page("<int:pk>/report/refresh/", refresh, "report_refresh"),
    ]


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = _asked(request, pk)
    found = CampaignReport.objects.filter(campaign=campaign).first()
    context = {
        **admin.site.each_context(request),
        "title": campaign.name,
        "campaign": campaign,
        "found": found,
        **(_shown(campaign, found.body) if found else {}),
    }
    return render(request, "admin/campaigns/report.html", context)


def _asked(request: HttpRequest, pk: int) -> Campaign:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    return get_object_or_404(Campaign, pk=pk)


def _shown(campaign: Campaign, body: Any) -> dict[str, Any]:
    told = {
        "body": body,
        "hidden": telling.is_hidden(body),
        "sentences": telling.sentences(body),
        "chips": telling.chips(body),
        "reasons": showing.reasons(body),
        "api_url": f"{settings.SITE_URL}{reverse('campaigns-api:report', args=[campaign.key])}",
    }
    return told if told["hidden"] else told | showing.results(body)


@require_safe
def table(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = _asked(request, pk)
    found = get_object_or_404(CampaignReport, campaign=campaign)
    name = f"{campaign.key}-{timezone.localdate(found.as_of).isoformat()}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    csv.writer(response).writerows(tables.flat(found.body))
    return response


@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = _asked(request, pk)
    ring(tasks.report, campaign.pk)
    messages.info(request, _("It is being computed: look again in a moment."))
    return redirect(reverse("admin:campaigns_campaign_report", args=[campaign.pk]))
