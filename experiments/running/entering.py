"""The rule by which an experiment stands in its flag. It comes last: rules for the few go before it."""

from __future__ import annotations

from typing import Any

from experiments.flags import changing, prerequisites
from experiments.flags.describing import RULE_FIELDS
from experiments.models import Experiment, Flag
from experiments.running.acting import Person


def locked_flag(experiment: Experiment) -> Flag | None:
    """Locked, so that two experiments on one flag start one after the other; in the order in which flags do it."""
    if experiment.flag_id is None:
        return None
    prerequisites.lock()
    return Flag.objects.select_for_update(of=("self",)).select_related("layer").get(pk=experiment.flag_id)


def enter(experiment: Experiment, flag: Flag, *, by: Person, why: str = "") -> None:
    """Publishes it."""
    rules = [*_others(experiment, flag), {"experiment": experiment, "description": experiment.name}]
    live = Flag.Lifecycle.LIVE  # one that was decided is open again
    changing.change(flag, by=by, why=why or experiment.key, act="experiment started", rules=rules, lifecycle=live)


def leave(experiment: Experiment, *, by: Person, why: str) -> None:
    """Publishes what is left."""
    if flag := locked_flag(experiment):
        changing.change(flag, by=by, why=why, act="experiment stopped", rules=_others(experiment, flag))


def _others(experiment: Experiment, flag: Flag) -> list[dict[str, Any]]:
    rules = flag.rules.exclude(experiment=experiment).order_by("position")
    return [{name: getattr(rule, name) for name in RULE_FIELDS} for rule in rules]
