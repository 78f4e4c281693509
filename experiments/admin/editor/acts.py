"""What may be done to an experiment, each on a page that says what will happen and asks why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from experiments.admin.editor import consequences, reasons
from experiments.admin.editor.reasons import ReasonForm
from experiments.models import Experiment
from experiments.running import archiving, iterating, ramping, starting, stopping

DECIDE, CHANGE, ADD = (f"experiments.{name}_experiment" for name in ("decide", "change", "add"))
Status = Experiment.Status
Do = Callable[..., Any]  # (experiment, by=, **what the form gave)


@dataclass(frozen=True)
class Act:
    key: str
    name: Promise
    done: Promise
    form: type[ReasonForm]
    do: Do
    tells: Callable[[Experiment], Sequence[str]]
    statuses: Sequence[str]
    permission: str = DECIDE
    danger: bool = False


ACTS = (
    Act(
        "start",
        _("Start"),
        _("It runs."),
        reasons.StartForm,
        starting.start,
        consequences.of_start,
        (Status.DRAFT,),
    ),
    Act(
        "ship",
        _("Ship"),
        _("It is shipped: everybody gets it now."),
        reasons.ShipForm,
        stopping.ship,
        consequences.of_ship,
        (Status.RUNNING, Status.STOPPED),
        danger=True,
    ),
    Act(
        "ramp",
        _("More traffic"),
        _("Its traffic is changed."),
        reasons.RampForm,
        ramping.ramp,
        consequences.of_ramp,
        (Status.RUNNING,),
    ),
    Act(
        "stop",
        _("Stop"),
        _("It is stopped."),
        reasons.StopForm,
        stopping.stop,
        consequences.of_stop,
        (Status.RUNNING,),
        danger=True,
    ),
    Act(
        "restart",
        _("Restart"),
        _("A new phase has begun."),
        reasons.RestartForm,
        ramping.restart,
        consequences.of_restart,
        (Status.RUNNING,),
        danger=True,
    ),
    Act(
        "decide",
        _("Decide"),
        _("It is decided."),
        reasons.DecideForm,
        stopping.decide,
        consequences.of_decide,
        (Status.STOPPED,),
    ),
    Act(
        "archive",
        _("Archive"),
        _("It is in the archive."),
        reasons.ArchiveForm,
        archiving.archive,
        consequences.of_archive,
        (Status.STOPPED,),
        CHANGE,
    ),
    Act(
        "discard",
        _("Discard"),
        _("It is discarded."),
        ReasonForm,
        archiving.discard,
        consequences.of_discard,
        (Status.DRAFT,),
        CHANGE,
        danger=True,
    ),
    Act(
        "iterate",
        _("Iterate"),
        _("Here is the next one, as a draft."),
        reasons.IterateForm,
        iterating.iterate,
        consequences.of_iterate,
        tuple(Status.values),
        ADD,
    ),
)
BY_KEY = {act.key: act for act in ACTS}


def offered(member: Any, experiment: Experiment) -> list[Act]:
    """What may be done with it now, by this member."""
    return [act for act in ACTS if _fits(act, experiment) and member.has_perm(act.permission)]


def _fits(act: Act, experiment: Experiment) -> bool:
    """Guarded rollouts and holdouts have pages and verbs of their own, until they are over."""
    if experiment.discarded_at and act.key != "iterate":
        return False
    if experiment.status not in act.statuses or (experiment.decision and act.key in ("ship", "decide")):
        return False
    return experiment.kind in (Experiment.Kind.AB, Experiment.Kind.AA) or act.key == "archive"


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    chosen = BY_KEY[act]
    if not request.user.has_perm(chosen.permission):
        raise PermissionDenied
    experiment = get_object_or_404(Experiment.objects.defer("words").select_related("flag__layer", "report"), pk=pk)
    form = chosen.form(request.POST or None, experiment=experiment)
    fits = _fits(chosen, experiment)
    if request.method == "POST" and fits and form.is_valid() and (done := _do(request, chosen, experiment, form)):
        messages.success(request, str(chosen.done))
        return redirect(_page_of(done))
    context = {
        **admin.site.each_context(request),
        "title": f"{chosen.name}: {experiment.name}",
        "experiment": experiment,
        "act": chosen,
        "form": form,
        "tells": chosen.tells(experiment),
        "missing": consequences.missing(experiment) if chosen.key == "start" else {},
        "fits": fits,
        "back": _page_of(experiment),
    }
    return render(request, "admin/experiments/act.html", context)


def _do(request: HttpRequest, act: Act, experiment: Experiment, form: ReasonForm) -> Experiment | None:
    """The experiment that there is then; None where it was refused, and the form says why."""
    try:
        made = act.do(experiment, by=request.user, **form.cleaned_data)
    except PermissionDenied as refused:
        form.add_error(None, str(refused) or _("You may not."))
    except ValidationError as refused:
        for field, told in refused.message_dict.items() if hasattr(refused, "error_dict") else [("", refused.messages)]:
            form.add_error(field if field in form.fields else None, told)
    else:
        return made if isinstance(made, Experiment) else experiment
    return None


def _page_of(experiment: Experiment) -> str:
    if experiment.started_at:
        return experiment.get_absolute_url()
    return reverse("admin:experiments_experiment_change", args=[experiment.pk])
