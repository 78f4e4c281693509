"""What is done to rollouts. Each verb is one transaction, locks the rollout, and keeps a step of its history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from experiments.measuring.what import is_summed
from experiments.models import WHOLE, Experiment, ExperimentMetric, Flag, Metric, MetricVersion, Rollout, RolloutStep
from experiments.running import creating, ramping, starting, stopping
from experiments.running.acting import Person, must_say_why

ERRORS = "error-rate"  # the everyday metric that watches every rollout
State, Verdict = Rollout.State, RolloutStep.Verdict
Evidence = Mapping[str, Any]
OPEN = (State.RUNNING, State.HELD)


@transaction.atomic
def begin(
    flag: Flag,
    *,
    value: Any,
    guardrails: Sequence[tuple[MetricVersion, float]] = (),
    by: Person,
    step_hours: int = 24,
    why: str = "",
    **fields: Any,
) -> Rollout:
    """The first step: `value` for 1 % of the units, beside another 1 % that are watched without it. `guardrails` with
    the relative harm that is borne; the error rate is always among them."""
    _check(flag, value, step_hours)
    guardrails = _with_errors(guardrails)
    _check_summed(guardrails)
    key = _free_key(flag)
    experiment = creating.create(
        key=key,
        name=_("Rollout of %s") % flag.name,
        kind=Experiment.Kind.ROLLOUT,
        flag=flag,
        variations=[
            {"key": "without", "name": _("Without"), "value": flag.off_value},
            {"key": "with", "name": _("With"), "value": value},
        ],
        metrics=[
            {"version": version, "role": ExperimentMetric.Role.GUARDRAIL, "margin": margin}
            for version, margin in guardrails
        ],
        by=by,
        why=why,
        **{"auto_stop": False, **fields},
    )
    share = Rollout.STEPS[0]
    starting.start(experiment, by=by, coverage=covered(share), share=WHOLE if flag.layer_id else None, why=why)
    rollout = Rollout.objects.create(experiment=experiment, step_hours=step_hours, reason=why)
    _keep(rollout, Verdict.STARTED, why, {}, by=by)
    return rollout


def covered(share: int) -> int:
    """Traffic of the experiment in which `share` of the units have the value: as many again have not yet. Its two
    equal arms keep whom they have as it grows, as those of every experiment do, and at half nobody is left out."""
    return 2 * share


def advance(rollout: Rollout, *, by: Person, why: str, evidence: Evidence | None = None) -> Rollout:
    """To the next share; after half of the units, to everybody: the value is then the flag's default."""
    must_say_why(why)
    with _acting(rollout) as row:
        row.step += 1
        if row.share == WHOLE:
            row.state, verdict = State.DONE, Verdict.DONE
            row.experiment = stopping.ship(row.experiment, variation=1, by=by, why=why)
        else:
            row.state, verdict = State.RUNNING, Verdict.ADVANCED
            ramping.ramp(row.experiment, coverage=covered(row.share), by=by, why=why)
        _set(row, verdict, why, evidence, by=by)
    return row


def hold(rollout: Rollout, *, by: Person, why: str, evidence: Evidence | None = None) -> Rollout:
    """It stays where it is, until somebody has it go on."""
    must_say_why(why)
    with _acting(rollout, State.RUNNING) as row:
        row.state = State.HELD
        _set(row, Verdict.HELD, why, evidence, by=by)
    return row


def resume(rollout: Rollout, *, by: Person, why: str) -> Rollout:
    """Its step begins anew."""
    must_say_why(why)
    with _acting(rollout, State.HELD) as row:
        row.state = State.RUNNING
        _set(row, Verdict.RESUMED, why, None, by=by)
    return row


def roll_back(rollout: Rollout, *, by: Person, why: str, evidence: Evidence | None = None) -> Rollout:
    """The value is withdrawn from everybody at once."""
    must_say_why(why)
    with _acting(rollout) as row:
        row.state = State.ROLLED_BACK
        row.experiment = stopping.stop(row.experiment, by=by, why=why, decision=Experiment.Decision.ROLL_BACK)
        _set(row, Verdict.ROLLED_BACK, why, evidence, by=by)
    return row


def follow(rollout: Rollout) -> Rollout:
    """What was done to its experiment past these verbs is what became of it."""
    with _acting(rollout) as row:
        experiment = row.experiment
        if experiment.status != Experiment.Status.RUNNING:
            shipped = experiment.decision == Experiment.Decision.SHIP
            row.state = State.DONE if shipped else State.ROLLED_BACK
            why = experiment.decision_reason or _("Its experiment was stopped.")
            _set(row, Verdict.DONE if shipped else Verdict.ROLLED_BACK, why, None, by=experiment.decided_by)
    return row


ACTS: dict[str, Callable[..., Rollout]] = {"advance": advance, "hold": hold, "resume": resume, "roll_back": roll_back}


@contextmanager
def _acting(rollout: Rollout, *states: str) -> Iterator[Rollout]:
    """Of several who would act at once, one does: the others find it in another state, or at another step, than they
    had seen. So what the site was about to do gives way to a person's word."""
    with transaction.atomic():
        row = Rollout.objects.select_for_update(of=("self",)).select_related("experiment").get(pk=rollout.pk)
        if row.state not in (states or OPEN) or (row.state, row.step) != (rollout.state, rollout.step):
            raise ValidationError({"state": _("It is %s by now.") % row.get_state_display()})
        yield row


def _set(row: Rollout, verdict: str, why: str, evidence: Evidence | None, *, by: Person) -> None:
    row.reason = why
    row.save(update_fields=["state", "step", "reason"])
    _keep(row, verdict, why, row.last_step.evidence if evidence is None else evidence, by=by)


def _keep(row: Rollout, verdict: str, why: str, evidence: Evidence, *, by: Person) -> None:
    """With how many units the step began, by which it is seen whether any came since."""
    told = {**evidence, "before": sum(evidence.get("units", ()))}
    row.history.create(
        step=row.step, share=row.share, verdict=verdict, reason=why, evidence=told, by_id=by.pk if by else None
    )


def _check(flag: Flag, value: Any, step_hours: int) -> None:
    if value == flag.off_value:
        raise ValidationError({"value": _("Everybody has that already.")})
    if flag.percent:
        raise ValidationError({"flag": _("Its percentage gives it to others besides. Take that away first.")})
    if step_hours < 1:
        raise ValidationError({"step_hours": _("A step lasts an hour at least.")})


def _with_errors(guardrails: Sequence[tuple[MetricVersion, float]]) -> list[tuple[MetricVersion, float]]:
    errors = Metric.objects.filter(key=ERRORS).first()
    if errors is None:
        raise ValidationError({"guardrails": _("There is no metric %(key)s, which watches all.") % {"key": ERRORS}})
    known = any(version.metric_id == errors.pk for version, _margin in guardrails)
    return [*guardrails] if known else [*guardrails, (errors.newest, 0.0)]


def _check_summed(guardrails: Sequence[tuple[MetricVersion, float]]) -> None:
    """By the others no look could see harm: they are found of the units themselves, on demand."""
    unseen = [str(version.metric) for version, _margin in guardrails if not is_summed(version)]
    if unseen:
        told = {"metrics": ", ".join(unseen)}
        raise ValidationError({"guardrails": _("Of these no sums by day are kept: %(metrics)s.") % told})


def _free_key(flag: Flag) -> str:
    """The flag is not locked yet: of two who begin at once, the one that comes second is refused by the key."""
    number = Experiment.objects.filter(flag=flag, kind=Experiment.Kind.ROLLOUT).count() + 1
    return f"{flag.name[:85]}-rollout-{number}"
