"""The page of calibrations: how often our own tests call nothing something, by metric and over the nights."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from events.bell import ring
from experiments import tasks
from experiments.calibration import showing
from experiments.models import Calibration


@admin.register(Calibration)
class CalibrationAdmin(ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(run)
        return [path("run/", view, name="experiments_calibration_run"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The newest night, or the one of `?day=`."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        nights = list(Calibration.objects.order_by("-day")[: showing.NIGHTS])
        chosen = next((one for one in nights if str(one.day) == request.GET.get("day")), nights[0] if nights else None)
        since = cache.get(tasks.CALIBRATING)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Calibration"),
            "nights": nights,
            "chosen": chosen,
            "running_since": parse_datetime(since) if since else None,
            "may_run": request.user.has_perm("experiments.decide_experiment"),
            **(_shown(chosen, nights) if chosen else {}),
        }
        return render(request, "admin/experiments/calibration/page.html", context)


def _shown(chosen: Calibration, nights: list[Calibration]) -> dict[str, Any]:
    body = chosen.body
    lines, days, levels = showing.nights(nights)
    return {
        "body": body,
        "headline": showing.headline(body),
        "kinds": showing.KINDS,
        "rows": showing.rows(body),
        "ticks": showing.ticks(body["alpha"]),
        "srm_bars": showing.bars(body["srm"]["p"]),
        "srm_level": showing.level(body["srm"]["p"]),
        "srm_alarms": showing.percent(body["srm"]["alarms"]),
        "lines": lines,
        "days": days,
        "levels": levels,
    }


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("experiments.decide_experiment"):
        raise PermissionDenied
    ring(tasks.calibrate)
    messages.info(request, _("It is asked for; it takes a few minutes."))
    return HttpResponseRedirect(reverse("admin:experiments_calibration_changelist"))
