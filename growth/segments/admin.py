"""The admin's lists lead to the pages of segments; permissions and the admin's search stay Django's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from unfold.admin import ModelAdmin

from growth.segments.models import Segment


@admin.register(Segment)
class SegmentAdmin(ModelAdmin):
    search_fields = ("name", "key")

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("segments:list")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("segments:new")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        found = Segment.objects.filter(pk=object_id) if object_id.isdecimal() else Segment.objects.none()
        return redirect(get_object_or_404(found))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By its own page, where its key is typed."""
        return False
