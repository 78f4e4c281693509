"""Pages beside a metric's form: the preview of what stands in it, and the metric's archive."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from experiments.admin.metric_form import MetricForm
from experiments.metrics import defining, previewing, showing, words
from experiments.models import Metric, MetricPreview

TEMPLATES = "admin/experiments/metrics"


def urls(site: AdminSite) -> list[URLPattern]:
    def page(route: str, view: Any, name: str) -> URLPattern:
        return path(route, site.admin_view(view), name=f"experiments_metric_{name}")

    return [
        page("preview/", preview, "preview_new"),
        page("<int:pk>/preview/", preview, "preview"),
        page("previews/<int:pk>/", previewed, "previewed"),
        page("<int:pk>/archive/", archive, "archive"),
        page("<int:pk>/restore/", restore, "restore"),
    ]


def preview_url(metric: Metric | None) -> str:
    name = "admin:experiments_metric_preview"
    return reverse(name, args=[metric.pk]) if metric else reverse(f"{name}_new")


def shown(found: MetricPreview | None, unit: str) -> dict[str, Any]:
    """For the template of a preview; `unit` is that of its values."""
    if found is None:
        return {}
    return {"preview": found, "shown": showing.shown(found.body, unit) if found.body else None, "unit": unit}


@require_POST
def preview(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Of the form as it stands; nothing is saved."""
    _check(request, "change" if pk else "add")
    form = MetricForm(request.POST, instance=get_object_or_404(Metric, pk=pk) if pk else None)
    if pk:
        del form.fields["key"]
    if not form.is_valid():
        faults = [(form.fields[name].label if name in form.fields else "", told) for name, told in form.errors.items()]
        return _page(request, {"faults": faults})
    version = form.version
    return _page(request, {"said": words.said(version), **shown(previewing.ask(version), version.unit)})


@require_safe
def previewed(request: HttpRequest, pk: int) -> HttpResponse:
    """How it stands, for a page that waits."""
    _check(request, "view")
    found = get_object_or_404(MetricPreview, pk=pk)
    if found.is_open:
        previewing.look(found)
    return _page(request, shown(found, request.GET.get("unit", "")))


@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    _check(request, "change")
    defining.archive(get_object_or_404(Metric, pk=pk))
    return redirect("admin:experiments_metric_change", pk)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    _check(request, "change")
    defining.restore(get_object_or_404(Metric, pk=pk))
    return redirect("admin:experiments_metric_change", pk)


def _check(request: HttpRequest, act: str) -> None:
    if not request.user.has_perm(f"experiments.{act}_metric"):
        raise PermissionDenied


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    template = f"{TEMPLATES}/{'_preview' if 'HX-Request' in request.headers else 'preview'}.html"
    return render(request, template, {**admin.site.each_context(request), "title": _("Preview"), **context})
