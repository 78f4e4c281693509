"""What may be done to an experiment, each on a page that says what will happen and asks why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from experiments.admin.asking import Deed, ask, not_now
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
    deed = Deed(
        name=chosen.name,
        subject=experiment.name,
        do=partial(_done, chosen, experiment),
        done=chosen.done,
        tells=chosen.tells(experiment),
        back=_page_of(experiment),
        crumbs=[(_("Experiments"), reverse("admin:experiments_experiment_changelist"))],
        danger=chosen.danger,
        refused="" if _fits(chosen, experiment) else not_now(experiment.get_status_display()),
        missing=_missing(experiment) if chosen.key == "start" else (),
    )
    return ask(request, deed, chosen.form(request.POST or None, experiment=experiment))


def _done(act: Act, experiment: Experiment, **given: Any) -> str:
    made = act.do(experiment, **given)
    return _page_of(made if isinstance(made, Experiment) else experiment)


def _missing(experiment: Experiment) -> list[str]:
    return [message for told in consequences.missing(experiment).values() for message in told]


def _page_of(experiment: Experiment) -> str:
    if experiment.started_at:
        return experiment.get_absolute_url()
    return reverse("admin:experiments_experiment_change", args=[experiment.pk])
