"""What an act will do, said before it is done, with how many it touches."""

from __future__ import annotations

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.models import WHOLE, Experiment, ExposureDay
from experiments.running.checking import check_ready
from experiments.running.stopping import measured_until


def missing(experiment: Experiment) -> dict[str, list[str]]:
    """By field what a draft lacks before it can start."""
    if experiment.status != Experiment.Status.DRAFT or experiment.discarded_at:
        return {}
    try:
        check_ready(experiment, experiment.flag)
    except ValidationError as refused:
        return refused.message_dict
    return {}


def of_start(experiment: Experiment) -> list[str]:
    told = [
        _("“%s” begins to ask within a second, everywhere the code asks the flag.") % (experiment.flag or "–"),
        _("Hypothesis, variations, whom it asks, the primary metric, guardrails and planned size stay from now on."),
    ]
    if experiment.flag and experiment.flag.layer:
        free = WHOLE - sum(lease.high - lease.low for lease in experiment.flag.layer.leases.standing())
        told.append(
            _("Of the layer “%(layer)s”, %(free)g %% are free.") % {"layer": experiment.flag.layer, "free": free / 100}
        )
    return told


def of_ramp(experiment: Experiment) -> list[str]:
    phase = experiment.phases.current().first()
    now = _("It has %g %% of its traffic now.") % (phase.coverage / 100 if phase else 0)
    return [
        now,
        _("More keeps the phase: nobody’s variation changes. Less begins a new one: all units are drawn anew."),
    ]


def of_restart(experiment: Experiment) -> list[str]:
    return [
        _seen(experiment),
        _("All units are drawn anew, from a new seed: about half of them change their variation."),
        _("The report begins again with the new phase; what was measured so far stays with the old one."),
    ]


def of_stop(experiment: Experiment) -> list[str]:
    until = timezone.localtime(measured_until(experiment, timezone.now()))
    return [
        _seen(experiment),
        _("Everybody gets what the flag gives without it, within a second."),
        *([_("Its range of the layer is free for others.")] if experiment.leases.standing().exists() else []),
        _("Its last windows close at %s; it is measured until then.") % date_format(until, "SHORT_DATETIME_FORMAT"),
        _("It cannot be started again; iterate instead."),
    ]


def of_ship(experiment: Experiment) -> list[str]:
    return [
        *([_seen(experiment)] if experiment.status == Experiment.Status.RUNNING else []),
        _("The variation becomes what “%s” gives to everybody, within a second, with no release of the code.")
        % (experiment.flag or "–"),
        _("The flag’s rules and overrides go. Its history keeps them: one click there brings them back."),
        *_against(experiment),
    ]


def of_decide(experiment: Experiment) -> list[str]:
    return [_("Nothing changes for anybody: it is kept what became of it."), *_against(experiment)]


def of_archive(experiment: Experiment) -> list[str]:
    return [_("It leaves the lists of what is at work and is found in the archive, by words of what was learned.")]


def of_discard(experiment: Experiment) -> list[str]:
    return [
        _("It leaves the lists; its page, its history and its key “%s” stay.") % experiment.key,
        _("It cannot be started again; iterate instead."),
    ]


def of_iterate(experiment: Experiment) -> list[str]:
    return [_("A draft with the same set-up, flag and metrics, which names this one as its parent.")]


def _seen(experiment: Experiment) -> str:
    days = ExposureDay.objects.filter(phase__experiment=experiment, phase__ended_at=None)
    units: int = days.aggregate(n=Sum("units"))["n"] or 0
    return ngettext("%s unit has been exposed so far.", "%s units have been exposed so far.", units) % intcomma(units)


def _against(experiment: Experiment) -> list[str]:
    """A stop by itself says nothing of worth, so it is said here of what does."""
    report: Any = getattr(experiment, "report", None)
    if report is None:
        return [_("There is no report yet: to ship takes a reviewer, whose reason is kept.")]
    return [
        _("The report says: %s. To decide otherwise takes a reviewer, whose reason is kept.")
        % report.get_verdict_display()
    ]
