"""Looks at all rollouts, every minute: those that do harm are rolled back, those whose time has come go on."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.utils import timezone, translation

from experiments.measuring import marks
from experiments.models import Experiment, ExperimentMetric, Rollout, RolloutStep
from experiments.rollouts import deciding, evidence, stepping, words
from experiments.rollouts.deciding import Decision, Seen
from experiments.rollouts.evidence import Evidence

log = logging.getLogger(__name__)
HOUR = timedelta(hours=1)
Verdict = RolloutStep.Verdict
BEGINNINGS = (Verdict.STARTED, Verdict.ADVANCED, Verdict.RESUMED)


def look_at_all(now: datetime | None = None) -> int:
    """How many were moved. One that cannot be, since its flag is being changed say, is tried again the next time."""
    now, moved = now or timezone.now(), 0
    opened = Rollout.objects.open().select_related("experiment__flag", "experiment__owner")
    rows = list(opened.prefetch_related("experiment__metrics").order_by("pk"))
    found = evidence.collect([row.experiment_id for row in rows], now) if rows else {}
    measured = _measured_until()
    for row in rows:
        try:
            with translation.override(settings.LANGUAGE_CODE):  # the reason is kept in the site's words
                moved += look(row, found[row.experiment_id], now, measured)
        except (ValidationError, OperationalError) as error:
            log.warning("rollout %s was not moved: %s", row.experiment.key, error)
    return moved


def look(rollout: Rollout, found: Evidence, now: datetime, measured: datetime | None) -> bool:
    """Whether it was moved."""
    if rollout.experiment.status != Experiment.Status.RUNNING:
        stepping.follow(rollout)
        return True
    decision = deciding.decide(
        seen(rollout, found, now, measured),
        step_hours=rollout.step_hours,
        is_last=rollout.step == len(Rollout.STEPS) - 2,
        is_held=rollout.state == Rollout.State.HELD,
    )
    if decision.act == deciding.WAIT:
        _remember(rollout.last_step, found)
        return False
    _act(rollout, decision, found)
    return True


def seen(rollout: Rollout, found: Evidence, now: datetime, measured: datetime | None) -> Seen:
    began = rollout.history.filter(verdict__in=BEGINNINGS).latest("pk")
    without, having = found["units"]
    asked = rollout.experiment.flag.decided_at if rollout.experiment.flag else None
    judged = {guard["version"] for guard in found["guards"] if min(guard["units"]) >= deciding.LEAST}
    return Seen(
        units=(without, having),
        hours=(now - began.at) / HOUR,
        measured=(measured - began.at) / HOUR if measured else None,
        was_asked=without + having > began.evidence["before"] or bool(asked and asked >= began.at),
        harmed=[guard["version"] for guard in found["guards"] if guard["harmed"]],
        unjudged=sorted(_guards(rollout) - judged),
        mismatched=found["mismatched"],
    )


def _guards(rollout: Rollout) -> set[int]:
    uses = rollout.experiment.metrics.all()
    return {use.version_id for use in uses if use.role == ExperimentMetric.Role.GUARDRAIL}


def _measured_until() -> datetime | None:
    """By a refresh of all experiments: one of some alone says nothing of the others."""
    done = marks.last()
    return done.as_of if done else None


def _act(rollout: Rollout, decision: Decision, found: Evidence) -> None:
    why = words.reason(decision, found, rollout)
    moved = stepping.ACTS[decision.act](rollout, by=None, why=why, evidence=found)
    if decision.act != deciding.ADVANCE or moved.state == Rollout.State.DONE:
        words.tell(moved)


def _remember(step: RolloutStep, found: Evidence) -> None:
    """What the page shows until something is decided."""
    step.evidence = {**found, "before": step.evidence["before"]}
    step.save(update_fields=["evidence"])
