"""Why a rollout was moved, in words, and to whom it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from experiments.models import WHOLE, Rollout
from experiments.report import news, wording
from experiments.rollouts.deciding import GRACE, LEAST, Decision

LONGEST = 500
REASONS: Mapping[str, str] = {
    "mismatch": gettext_noop("The two arms do not have the units that they should: %(without)s and %(with)s."),
    "no_traffic": gettext_noop("Nobody has asked for the flag in this step, for %(hours)d hours and more."),
    "not_measured": gettext_noop("Results were not refreshed for %(hours)d hours and more."),
    "too_few": gettext_noop(
        "Fewer than %(least)d units of each arm were seen: too few to give it to everybody unwatched."
    ),
    "unjudged": gettext_noop(
        "Of a guardrail fewer than %(least)d units of each arm are known: it goes to nobody else unwatched."
    ),
    "too_few_yet": gettext_noop("Its time is over; %(units)s units so far are too few to see harm by."),
    "not_harmed": gettext_noop("Its time is over, and no guardrail was harmed by %(with)s units that have it."),
}


def reason(decision: Decision, found: Mapping[str, Any], rollout: Rollout) -> str:
    if decision.code == "harmed":
        guards = [_harmed(guard) for guard in found["guards"] if guard["version"] in decision.harmed]
        return " ".join(guards)[:LONGEST]
    without, having = found["units"]
    hours = max(rollout.step_hours, int(GRACE))
    told = {"without": without, "with": having, "units": without + having, "hours": hours, "least": LEAST}
    return _(REASONS[decision.code]) % told


def _harmed(guard: Mapping[str, Any]) -> str:
    told = {
        "metric": _(guard["name"]),
        "change": wording.percent(guard["relative"], signed=True),
        "margin": wording.percent(guard["margin"]),
        "p": wording.p_value(guard["p"]),
        "level": wording.p_value(guard["level"]),
    }
    if guard["margin"]:
        return (
            _("It harms %(metric)s: %(change)s, more than the %(margin)s that is borne (p %(p)s, below %(level)s).")
            % told
        )
    return _("It harms %(metric)s: %(change)s (p %(p)s, below %(level)s).") % told


def tell(rollout: Rollout) -> bool:
    """The owner, by mail: that it was held, rolled back or is done."""
    return news.notify(rollout.experiment, subject(rollout), lambda: [rollout.reason], rollout.get_absolute_url())


def subject(rollout: Rollout) -> Callable[[], str]:
    """When it is called, in the language of whoever is told."""

    def told() -> str:
        names = {"rollout": rollout.experiment.name, "state": rollout.get_state_display()}
        return _("%(rollout)s: %(state)s") % names

    return told


def share(parts: int) -> str:
    """1 %, 50 %."""
    return wording.percent(parts / WHOLE, digits=0)
