"""Campaigns in the admin: pages of their own; permissions and the audit are the admin's."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from growth.campaigns.admin import acts, estimates, lists, outgoing, pages, report, trying
from growth.campaigns.admin.editor import views
from growth.campaigns.models import Campaign


@admin.register(Campaign)
class CampaignAdmin(ModelAdmin):
    search_fields = ("key", "name")

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"campaigns_campaign_{name}")

        return [
            page("new/", views.starting_points, "starting_points"),
            page("preview/", views.preview, "preview"),
            page("calendar/", outgoing.outgoing, "calendar"),
            page("<int:pk>/try/", trying.try_out, "try"),
            page("<int:pk>/estimate/", estimates.estimated, "estimate"),
            page("<int:pk>/progress/", pages.polled, "progress"),
            *(page(f"<int:pk>/{act.key}/", partial(acts.confirm, act=act.key), act.key) for act in acts.ACTS),
            *report.urls(self.admin_site),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return lists.campaigns(request)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return views.new(request)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (object_id.isascii() and object_id.isdecimal() and len(object_id) <= 18):  # noqa: PLR2004 - a bigint
            raise Http404(object_id)
        return views.change(request, int(object_id))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was sent, or was meant to be, stays on record."""
        return False
