"""The report of an experiment: its page, its numbers as CSV, notes beside it, and the reviewer's word."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from experiments.admin.editor import acts as editor
from experiments.admin.remarks import NoteForm, ReviewForm
from experiments.models import Experiment, ExperimentChange, Report
from experiments.report import charting, overriding, showing, tables, wording

View = Callable[..., HttpResponseBase]
VIEW, CHANGE = "experiments.view_experiment", "experiments.change_experiment"
MOST_CHANGES, MOST_DAYS = 60, 400


def urls(site: AdminSite) -> list[URLPattern]:
    """For ExperimentAdmin.get_urls: names of the admin, like all pages of experiments."""

    def page(route: str, view: View, name: str) -> URLPattern:
        return path(route, site.admin_view(view), name=f"experiments_experiment_{name}")

    return [
        page("<int:pk>/report/", report, "report"),
        page("<int:pk>/report/csv/", table, "report_csv"),
        page("<int:pk>/report/note/", note, "report_note"),
        page("<int:pk>/report/show/", show, "report_show"),
    ]


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    experiment = _asked(request, pk)
    found = Report.objects.filter(experiment=experiment).first()
    context = {
        **admin.site.each_context(request),
        "title": experiment.name,
        "experiment": experiment,
        "notes": experiment.notes.select_related("by"),
        "links": _links(request, experiment),
        "may_note": request.user.has_perm(CHANGE),
        "acts": acts(request, experiment, found),
        **({"found": found, **_shown(request, experiment, found)} if found else {}),
    }
    return render(request, "admin/experiments/report.html", context)


def _asked(request: HttpRequest, pk: int) -> Experiment:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    rows = Experiment.objects.defer("words").select_related("team", "owner", "decided_by")
    return get_object_or_404(rows, pk=pk)


def _shown(request: HttpRequest, experiment: Experiment, found: Report) -> dict[str, Any]:
    body, reviewed = found.body, overriding.shown_by(experiment, found.body)
    hidden = tables.is_hidden(body, reviewed)
    context = {
        "body": body,
        "sentences": wording.sentences(body),
        "chips": showing.chips(body),
        "hidden": hidden,
        "reviewed": reviewed,
        "may_review": overriding.may_review(request.user),
        "changes": _numbered(_changes(experiment)),
        "api_url": f"{settings.SITE_URL}{reverse('experiments-report:report', args=[experiment.key])}",
        "page_url": f"{settings.SITE_URL}{experiment.get_absolute_url()}",
    }
    return context if hidden else context | _results(request, experiment, body, context["changes"])


def _results(request: HttpRequest, experiment: Experiment, body: Any, changes: Sequence[Any]) -> dict[str, Any]:
    common = showing.axis(body)
    versions = {str(metric["version"]): metric for metric in body["metrics"]}
    chosen = versions.get(request.GET.get("metric", ""), next(iter(body["metrics"]), None))
    days = list(reversed(experiment.days.order_by("-day")[:MOST_DAYS]))
    return {
        "zero": common.at(0),
        "ticks": showing.ticks(common),
        "rows": showing.rows(body, common),
        "chosen": chosen,
        "chosen_name": chosen and _(chosen["name"]),
        "course": chosen and charting.course(body, days, chosen["version"], _dated(changes)),
        "cohorts": charting.cohorts(body),
        "cohort_rows": tables.cohorts(body),
        "impact": showing.impact(body),
        "numbers": tables.numbers(body),
        "exposures": tables.exposures(body),
        "how": showing.how(body),
    }


def _changes(experiment: Experiment) -> list[ExperimentChange]:
    """The newest, and with which it began."""
    rows = experiment.changes.select_related("by").order_by("pk")
    found = {*rows.filter(act="started")[:1], *rows.reverse()[:MOST_CHANGES]}
    return sorted(found, key=lambda change: change.pk)


def _numbered(changes: Sequence[ExperimentChange]) -> list[tuple[int, ExperimentChange]]:
    """As they are marked in the chart; what was done to a draft is not."""
    started = next((place for place, one in enumerate(changes) if one.act == "started"), 0)
    return list(enumerate(changes[started:], start=1))


def _dated(changes: Sequence[tuple[int, ExperimentChange]]) -> list[tuple[int, date]]:
    return [(number, timezone.localdate(change.at)) for number, change in changes]


def acts(request: HttpRequest, experiment: Experiment, found: Report | None) -> list[dict[str, Any]]:
    """What may be done now, what is recommended first."""
    verdict = found.verdict if found else ""
    wanted = {"ship": ("ship",), "roll_back": ("stop", "decide"), "unhealthy": ("stop",)}.get(verdict, ())
    told = [
        {
            "name": act.name,
            "url": reverse(f"admin:experiments_experiment_{act.key}", args=[experiment.pk]),
            "recommended": act.key in wanted,
        }
        for act in editor.offered(request.user, experiment)
    ]
    return sorted(told, key=lambda act: not act["recommended"])


def _links(request: HttpRequest, experiment: Experiment) -> list[tuple[str, str]]:
    """(label, address) of what a floor above knows of an experiment: settings.EXPERIMENT_LINKS, a dotted path."""
    dotted = getattr(settings, "EXPERIMENT_LINKS", "")
    return import_string(dotted)(request, experiment) if dotted else []


@require_safe
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """The metrics as CSV, one line for each arm."""
    experiment = _asked(request, pk)
    found = get_object_or_404(Report, experiment=experiment)
    if tables.is_hidden(found.body, overriding.shown_by(experiment, found.body)):
        return HttpResponse(_("The arms do not have the units that they should: the results are hidden."), status=409)
    name = f"{experiment.key}-{timezone.localdate(found.as_of).isoformat()}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    csv.writer(response).writerows(tables.flat(found.body))
    return response


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    experiment = _asked(request, pk)
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    form = NoteForm(request.POST)
    if form.is_valid():
        experiment.notes.create(**form.cleaned_data, by_id=request.user.pk)
    else:
        _tell(request, form)
    return redirect(f"{experiment.get_absolute_url()}#notes")


@require_POST
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """In spite of a mismatch of arms, on a reviewer's word."""
    experiment = _asked(request, pk)
    form = ReviewForm(request.POST)
    if not overriding.may_review(request.user):
        raise PermissionDenied
    if form.is_valid():
        overriding.override(experiment, by=request.user, what=overriding.SRM, **form.cleaned_data)
    else:
        _tell(request, form)
    return redirect(experiment.get_absolute_url())


def _tell(request: HttpRequest, form: Form) -> None:
    for words in form.errors.values():
        messages.error(request, " ".join(map(str, words)))
