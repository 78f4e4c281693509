"""What admins keep: saved reports, dashboards and notes on days; and the answers that were computed, to look at."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from community.desk.searching import ReadOnlyAdmin
from community.members.models import Member
from growth.reports.models import Annotation, Answer, Dashboard, SavedReport, Tile


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    """How long questions take, and what became of them. The people in an answer are not shown here."""

    list_display = ("id", "kind", "state", "asked_at", "seconds", "asked_by", "fault")
    list_filter = ("state", "kind")
    list_select_related = ("asked_by",)
    ordering = ("-id",)
    fields = ("kind", "params", "cell", "state", "fault", "attempts", "as_of", "asked_at", "started_at", "finished_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        return super().get_queryset(request).without_contents()

    @display(description=gettext_lazy("seconds"))
    def seconds(self, obj: Answer) -> str:
        return f"{obj.took.total_seconds():.1f}" if obj.took else ""


class SharedAdmin(ModelAdmin):
    """One's own and what is shared; only superusers change what others have made."""

    list_display: tuple[str, ...] = ("name", "owner", "shared", "created_at")
    list_select_related = ("owner",)
    search_fields = ("name",)
    exclude = ("owner",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.visible_to(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_theirs(request, obj)

    def _is_theirs(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or request.user.is_superuser or obj.owner_id == request.user.pk

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.owner = cast(Member, request.user)
        super().save_model(request, obj, form, change)


@admin.register(SavedReport)
class SavedReportAdmin(SharedAdmin):
    """Made under a report; here they get another name, and go."""

    list_display = ("name", "kind", "owner", "shared", "created_at")
    list_filter = ("kind",)
    readonly_fields = ("kind", "params")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class TileInline(TabularInline):
    model = Tile
    extra = 1
    fields = ("report", "position")
    ordering_field = "position"
    autocomplete_fields = ("report",)


@admin.register(Dashboard)
class DashboardAdmin(SharedAdmin):
    inlines = (TileInline,)


@admin.register(Annotation)
class AnnotationAdmin(ModelAdmin):
    list_display = ("day", "text", "by")
    list_select_related = ("by",)
    search_fields = ("text",)
    date_hierarchy = "day"

    def save_model(self, request: HttpRequest, obj: Annotation, form: Any, change: bool) -> None:
        obj.by = cast(Member, request.user)
        super().save_model(request, obj, form, change)
