"""Holdouts: units that get nothing new for a while, so that everything new together can be measured.

A unit that is held out is asked by none of the experiments that the holdout covers, and what they ship is kept from it
too. It is measured against an equal slice of the others, by an experiment of its own (kind holdout): 0 is the holdout.
Once frozen, what starts later asks everybody, and the two arms differ by what there was then, until the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from experiments import publishing
from experiments.models import Experiment, ExperimentChange, Holdout, Team
from experiments.running import creating, phases, stopping
from experiments.running.acting import acting, must_be, must_say_why

By = AbstractBaseUser | None


@transaction.atomic
def create(
    key: str,
    *,
    name: str,
    share: int = 500,
    team: Team | None = None,
    by: By,
    metrics: Sequence[Mapping[str, Any]] = (),
    **fields: Any,
) -> Holdout:
    """Of a team's experiments, or without one of everybody's; `share` in ten thousandths. Nobody is held out yet."""
    experiment = creating.create(
        key=measured_by(key),
        name=name,
        flag=None,
        kind=Experiment.Kind.HOLDOUT,
        team=team,
        variations=[{"key": "held-out", "name": _("Held out")}, {"key": "asked", "name": _("Asked like all others")}],
        metrics=metrics,
        by=by,
    )
    holdout = Holdout(key=key, name=name, share=share, team=team, experiment=experiment, **fields)
    holdout.full_clean(exclude=["experiment"])
    holdout.save()
    return holdout


def measured_by(key: str) -> str:
    """The key of the experiment that a holdout of this key has."""
    return f"holdout-{key}"


@transaction.atomic
def start(holdout: Holdout, *, by: By, why: str = "") -> Holdout:
    """From now on its units are asked no more, those of running experiments too."""
    with acting(holdout.experiment, "started", by=by, why=why) as experiment:
        must_be(experiment, Experiment.Status.DRAFT)
        if standing(holdout.team):
            raise ValidationError(_("Another holdout of the same experiments has not ended."))
        now = timezone.now()
        experiment.status, experiment.started_at = Experiment.Status.RUNNING, now
        experiment.save(update_fields=["status", "started_at"])
        phases.begin(experiment, at=now, weights=[1, 1], coverage=2 * holdout.share)
        return _kept(holdout, started_at=now)


@transaction.atomic
def freeze(holdout: Holdout, *, by: By, why: str) -> Holdout:
    """What starts from now on asks its units too. What it covers today stays kept from them: the analysis begins, with
    a phase of its own, so that nobody counts who came before. The holdout's seed draws its arms, so nobody moves."""
    must_say_why(why)
    holdout = _locked(holdout)
    if not holdout.started_at or holdout.frozen_at or holdout.ended_at:
        raise ValidationError(_("Only one that has started, and is not frozen yet, is frozen."))
    publishing.locked()
    keys = sorted(covered(holdout).values_list("key", flat=True))
    ExperimentChange.objects.create(
        experiment=holdout.experiment, act="frozen", by_id=by.pk if by else None, why=why, after={"frozen_keys": keys}
    )
    now = timezone.now()
    phases.begin(holdout.experiment, at=now, weights=[1, 1], coverage=2 * holdout.share, reason=why)
    return _kept(holdout, frozen_at=now, frozen_keys=keys)


@transaction.atomic
def end(holdout: Holdout, *, by: By, why: str) -> Holdout:
    """Its units are like all others. What they do is measured on until the windows of the metrics have closed."""
    now = timezone.now()
    Holdout.objects.filter(pk=holdout.pk).update(ended_at=now)  # an experiment is not stopped under one that stands
    stopping.stop(holdout.experiment, by=by, why=why)
    return _kept(holdout, ended_at=now)


def standing(team: Team | None) -> QuerySet[Holdout]:
    return Holdout.objects.filter(team=team, started_at__isnull=False, ended_at=None)


def covered(holdout: Holdout) -> QuerySet[Experiment]:
    """The experiments that do not ask its units: those that run, and those that were shipped since it began."""
    found = Experiment.objects.with_shipped_at().exclude(kind=Experiment.Kind.HOLDOUT).filter(flag__isnull=False)
    if holdout.frozen_at:
        return found.filter(key__in=holdout.frozen_keys)
    shipped = Q(shipped_at__gte=holdout.started_at)
    found = found.filter(Q(status=Experiment.Status.RUNNING) | shipped)
    return found.filter(team=holdout.team) if holdout.team_id else found


def _locked(holdout: Holdout) -> Holdout:
    return Holdout.objects.select_for_update(of=("self",)).select_related("experiment", "team").get(pk=holdout.pk)


def _kept(holdout: Holdout, **changed: Any) -> Holdout:
    """Publishes the flags of all that it covered before or covers now. What starts meanwhile waits, or is among them:
    whoever starts publishes, so the editions are locked before it is asked what runs."""
    publishing.locked()
    flags = set(covered(holdout).values_list("flag", flat=True)) if holdout.started_at else set()
    for name, value in changed.items():
        setattr(holdout, name, value)
    holdout.save(update_fields=list(changed))
    publishing.publish(sorted({*flags, *covered(holdout).values_list("flag", flat=True)}))
    return holdout
