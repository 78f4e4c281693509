"""Setting an experiment up: a starting point, the form, the size, and the page of what was set up."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from experiments.admin.editor import acts, adding, consequences, rows, sizing
from experiments.admin.editor.forms import Editor
from experiments.admin.editor.starting_points import BY_KEY, STARTING_POINTS
from experiments.models import Experiment, ExperimentMetric, Flag, Idea

VIEW, ADD, CHANGE = (f"experiments.{name}_experiment" for name in ("view", "add", "change"))
MOST_FLAGS, MOST_CHANGES = 200, 100


def _check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


@require_safe
def starting_points(request: HttpRequest) -> HttpResponse:
    _check(request, ADD)
    context = {**admin.site.each_context(request), "title": _("New experiment"), "points": STARTING_POINTS}
    return render(request, "admin/experiments/starting_points.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    _check(request, ADD)
    idea = _idea(request)
    if request.method == "POST":
        return _edited(request, Editor(adding.grown(request.POST), idea=idea))
    point = BY_KEY.get(request.GET.get("from", ""), STARTING_POINTS[0])
    known = {"name": idea.title, "hypothesis": idea.hypothesis} if idea else {}
    flag = {"flag": request.GET["flag"]} if request.GET.get("flag") else {}
    editor = Editor(
        initial={**point.fields, **known, **flag},
        variations=[dict(arm) for arm in point.variations],
        metrics=rows.of_keys(point.metrics),
        idea=idea,
    )
    return _form(request, editor)


def _idea(request: HttpRequest) -> Idea | None:
    pk = request.GET.get("idea", "")
    if not pk:
        return None
    if not (pk.isascii() and pk.isdecimal() and len(pk) <= 18):  # noqa: PLR2004 - what fits into a bigint
        raise Http404(pk)
    return get_object_or_404(Idea, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, for who may change it; what was set up, for everybody else."""
    _check(request, VIEW)
    experiment = get_object_or_404(_whole(), pk=pk)
    if request.method == "POST":
        _check(request, CHANGE)
        return _edited(request, Editor(adding.grown(request.POST), experiment=experiment))
    is_open = experiment.status == Experiment.Status.DRAFT and not experiment.discarded_at
    if is_open and request.user.has_perm(CHANGE) or "edit" in request.GET:
        _check(request, CHANGE)
        return _form(request, Editor(experiment=experiment))
    return _setup(request, experiment)


def _whole() -> Any:
    related = ("flag__layer", "team", "owner", "idea", "parent", "decided_by", "report")
    metrics = ExperimentMetric.objects.select_related("version__metric").order_by("position")
    rows = Experiment.objects.defer("words", "report__body").select_related(*related)
    return rows.prefetch_related("variations", Prefetch("metrics", metrics))


def _edited(request: HttpRequest, editor: Editor) -> HttpResponse:
    """Saved, or the form again: with what is wrong, or with what its buttons do."""
    if request.POST.get("act", "save") == "save" and (made := editor.save(request.user)):
        messages.success(request, _("Saved."))
        return redirect("admin:experiments_experiment_change", made.pk)
    return _form(request, editor)


def _form(request: HttpRequest, editor: Editor) -> HttpResponse:
    experiment = editor.experiment
    context = {
        **admin.site.each_context(request),
        "title": experiment.name if experiment else _("New experiment"),
        "editor": editor,
        "experiment": experiment,
        "typed": sizing.SizeForm(request.POST or None),
        "sizing": adding.asked_size(request.POST) if request.POST else None,
        "flags": Flag.objects.living().order_by("-pk").values_list("name", flat=True)[:MOST_FLAGS],
        "acts": acts.offered(request.user, experiment) if experiment else [],
        "missing": consequences.missing(experiment) if experiment else {},
    }
    return render(request, "admin/experiments/edit.html", context)


@require_POST
def size(request: HttpRequest) -> HttpResponse:
    """For htmx, as the form is filled in."""
    _check(request, VIEW)
    return render(request, "admin/experiments/_size.html", {"sizing": adding.asked_size(request.POST)})


def _setup(request: HttpRequest, experiment: Experiment) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": experiment.name,
        "experiment": experiment,
        "variations": experiment.variations.all(),
        "metrics": experiment.metrics.all(),
        "phases": experiment.phases.all(),
        "changes": experiment.changes.select_related("by")[:MOST_CHANGES],
        "iterations": experiment.iterations.only("pk", "name", "status"),
        "leases": experiment.leases.select_related("layer"),
        "acts": acts.offered(request.user, experiment),
        "may_change": request.user.has_perm(CHANGE),
        "report_url": experiment.get_absolute_url() if experiment.started_at else "",
        "back": reverse("admin:experiments_experiment_changelist"),
    }
    return render(request, "admin/experiments/setup.html", context)
