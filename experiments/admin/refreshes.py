"""Refreshes of results: when, of how much, and what went wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display

from events import bell
from experiments.models import Refresh
from experiments.tasks import refresh_results


@admin.register(Refresh)
class RefreshAdmin(ModelAdmin):
    list_display = ("as_of", "standing", "rebuilt", "experiments", "exposures", "cells", "finished_at", "error")
    list_filter = ("state", "rebuilt")
    list_per_page = 50
    show_full_result_count = False
    list_before_template = "admin/experiments/refreshes/now.html"

    def get_urls(self) -> list[URLPattern]:
        now = self.admin_site.admin_view(require_POST(self.refresh_now))
        return [path("now/", now, name="experiments_refresh_now"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "may_refresh": self._may(request)})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("state"), label={"running": "info", "done": "success", "failed": "danger"})
    def standing(self, row: Refresh) -> tuple[str, str]:
        return row.state, row.get_state_display()

    def refresh_now(self, request: HttpRequest) -> HttpResponse:
        if not self._may(request):
            raise PermissionDenied
        bell.ring(refresh_results)
        messages.info(request, _("Results are being refreshed; this list tells when it is done."))
        return HttpResponseRedirect(reverse("admin:experiments_refresh_changelist"))

    def _may(self, request: HttpRequest) -> bool:
        return request.user.has_perm("experiments.decide_experiment")
