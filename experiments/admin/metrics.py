"""The registry of metrics in the admin: definitions with a preview, their versions, who uses them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import display

from events.models import DeclaredEvent
from events.names import NAMES
from experiments.admin import metric_pages
from experiments.admin.metric_form import MetricForm
from experiments.metrics import checking, defining, history, previewing, words
from experiments.models import Metric, MetricVersion

SHORT = 40  # characters of events in the list
# The others are shares, or times.
SHOWN_AS = tuple(kind for kind in MetricVersion.Kind if kind not in (*MetricVersion.SHARES, MetricVersion.Kind.TIME))
FOR_KINDS = {
    field: " || ".join(f"kind == '{kind.value}'" for kind in kinds)
    for field, kinds in {**checking.HAVE, "unit": SHOWN_AS}.items()
}


class LivingFilter(admin.SimpleListFilter):
    title = gettext_lazy("metrics")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("archived", _("Archived metrics"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        yield {**everything, "display": _("Metrics on offer")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Metric]) -> QuerySet[Metric]:
        return queryset.exclude(archived_at=None) if self.value() else queryset.filter(archived_at=None)


@admin.register(Metric)
class MetricAdmin(ModelAdmin):
    form = MetricForm
    conditional_fields = FOR_KINDS
    change_form_after_template = "admin/experiments/metrics/preview_panel.html"
    change_form_outer_after_template = "admin/experiments/metrics/history.html"
    list_display = ("titled", "kind", "events", "window", "direction", "owner", "uses", "number")
    list_filter = (LivingFilter,)
    list_select_related = ("owner",)
    list_per_page = 50
    search_fields = ("key", "name", "description")
    ordering = ("name",)
    autocomplete_fields = ("owner",)
    fieldsets = (
        (None, {"fields": ("name", "key", "description", "owner", "unit")}),
        (
            gettext_lazy("What is measured"),
            {
                "fields": (
                    "kind",
                    "events",
                    "where",
                    "window_hours",
                    "day",
                    "quantile",
                    "denominator",
                    "cap",
                    "cap_share",
                    "higher_is_better",
                    "interference",
                    "based_on",
                )
            },
        ),
    )

    class Media:
        css = {"all": ("css/reports.css", "css/metrics.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Metric]:
        return super().get_queryset(request).prefetch_related("versions")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """One question for the page: from the many uses in the archive to those that live."""
        found = super().get_changelist_instance(request)
        uses = history.live_uses(found.result_list)
        for metric in found.result_list:
            metric.live_uses = uses[metric.pk]
        return found

    @display(description=gettext_lazy("metric"), header=True, ordering="name")
    def titled(self, metric: Metric) -> list[str]:
        return [str(metric), metric.key]

    @display(description=gettext_lazy("kind"))
    def kind(self, metric: Metric) -> str:
        return str(words.KINDS[metric.newest.kind])

    @display(description=gettext_lazy("events"))
    def events(self, metric: Metric) -> str:
        names = metric.newest.events
        return names if len(names) <= SHORT else f"{names[:SHORT]}…"

    @display(description=gettext_lazy("window"))
    def window(self, metric: Metric) -> str:
        return words.length(metric.newest)

    @display(description=gettext_lazy("better"))
    def direction(self, metric: Metric) -> str:
        return _("more") if metric.newest.higher_is_better else _("less")

    @display(description=gettext_lazy("in live experiments"))
    def uses(self, metric: Any) -> int:
        return metric.live_uses

    @display(description=gettext_lazy("version"))
    def number(self, metric: Metric) -> int:
        return metric.newest.number

    # Forms

    def get_readonly_fields(self, request: HttpRequest, obj: Metric | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Metric | None = None) -> Any:
        """Who may only look reads the definition in words, among the versions."""
        found = super().get_fieldsets(request, obj)
        return found if obj is None or self.has_change_permission(request, obj) else found[:1]

    def has_change_permission(self, request: HttpRequest, obj: Metric | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.archived_at)

    def has_delete_permission(self, request: HttpRequest, obj: Metric | None = None) -> bool:
        """What was measured stays explained; a metric is archived."""
        return False

    def save_model(self, request: HttpRequest, obj: Metric, form: Any, change: bool) -> None:
        if not change:
            told = {name: form.cleaned_data[name] for name in ("key", "name", "description", "unit", "owner")}
            version = defining.define(**told, by=request.user, **form.definition)
            obj.pk, obj.owner = version.metric_id, version.metric.owner
            return
        super().save_model(request, obj, form, change)
        version = defining.change(obj, by=request.user, **form.definition)
        if version != form.newest:
            self.message_user(request, _told(version.number, form.newest), messages.INFO)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        metric, form = kwargs.get("obj"), context["adminform"].form
        newest = getattr(form, "newest", None)
        context |= {
            "declared": ["active", *NAMES, *DeclaredEvent.objects.values_list("name", flat=True)],
            "preview_url": metric_pages.preview_url(metric),
            "history": history.lines(metric) if metric else [],
            **(metric_pages.shown(previewing.found(newest), newest.unit) if newest else {}),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        return [*metric_pages.urls(self.admin_site), *super().get_urls()]


def _told(number: int, before: MetricVersion) -> str:
    uses = before.uses.count()
    words = ngettext(
        "Version %(number)d is for who chooses the metric now; %(uses)d experiment stays with version %(before)d.",
        "Version %(number)d is for who chooses the metric now; %(uses)d experiments stay with version %(before)d.",
        uses,
    )
    return words % {"number": number, "uses": uses, "before": before.number}
