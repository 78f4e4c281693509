"""The admin's first page (unfold's DASHBOARD_CALLBACK): reads what was computed, computes nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from growth.home import panels, periods, waiting
from growth.home.models import Job


def may_read(request: HttpRequest) -> bool:
    return request.user.has_perm("home.view_weeklynumber")


def context(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    """The page's context with what waits for whoever works here and, for those who may read them, the numbers."""
    given |= {"waits": waiting.for_admin(request), "proof": waiting.proof(request)}
    if may_read(request):
        period = periods.chosen(request.GET)
        given |= {
            "period": period,
            "panels": panels.read(period),
            "job": Job.objects.first() or Job(),
            "zone": timezone.get_default_timezone_name(),
        }
    return given
