"""Each step of the loop: a row that names the one it comes from. One transaction a verb; ValidationError by field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from experiments.loop import evidence
from experiments.models import Experiment, Idea, Insight
from experiments.running.acting import Person

State = Idea.State


@transaction.atomic
def note(title: str, *, by: Person, insight: Insight | None = None, **fields: Any) -> Idea:
    """An idea; the next one where it comes from an insight."""
    idea = Idea(title=title, insight=insight, created_by_id=by.pk if by else None, **fields)
    idea.full_clean()
    idea.save()
    return idea


@transaction.atomic
def change(idea: Idea, **fields: Any) -> Idea:
    idea = _locked(idea)
    for name, value in fields.items():
        setattr(idea, name, value)
    idea.full_clean()
    idea.save(update_fields=[*fields])
    return idea


@transaction.atomic
def suppose(idea: Idea, *, hypothesis: str) -> Idea:
    """What is to be shown false, if it is: the idea is ready for an experiment."""
    idea = _locked(idea)
    if idea.state not in (State.OPEN, State.HYPOTHESIS):
        raise ValidationError({"state": _("It is %s already.") % idea.get_state_display()})
    if not hypothesis.strip():
        raise ValidationError({"hypothesis": _("Say what will change, by how much, and why.")})
    idea.hypothesis, idea.state = hypothesis, State.HYPOTHESIS
    idea.save(update_fields=["hypothesis", "state"])
    return idea


@transaction.atomic
def close(idea: Idea) -> Idea:
    """It is not tried, or not any more."""
    return _into(_locked(idea), State.CLOSED)


@transaction.atomic
def reopen(idea: Idea) -> Idea:
    """As it stood: tested where there is an experiment, a hypothesis where there is one."""
    idea = _locked(idea)
    if idea.experiments.exists():
        return _into(idea, State.TESTED)
    return _into(idea, State.HYPOTHESIS if idea.hypothesis else State.OPEN)


@transaction.atomic
def learn(experiment: Experiment, *, text: str, by: Person) -> Insight:
    """What it taught, beside what was measured when it was written. The idea it came from is answered."""
    experiment = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if experiment.started_at is None:
        raise ValidationError({"status": _("It has not asked anybody yet.")})
    if not text.strip():
        raise ValidationError({"text": _("Write what was learned.")})
    measured = evidence.of_experiment(experiment)
    insight = Insight.objects.create(
        experiment=experiment, text=text.strip(), effect=measured, created_by_id=by.pk if by else None
    )
    if experiment.idea_id and experiment.stopped_at:
        Idea.objects.filter(pk=experiment.idea_id, state=State.TESTED).update(state=State.CLOSED)
    return insight


def _locked(idea: Idea) -> Idea:
    return Idea.objects.select_for_update().get(pk=idea.pk)


def _into(idea: Idea, state: str) -> Idea:
    idea.state = state
    idea.save(update_fields=["state"])
    return idea
