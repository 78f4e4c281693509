"""Starting points: what a new experiment of a usual kind begins with. Everything may be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from experiments.models import Experiment

CONTROL = {"key": "control", "name": _("Control"), "weight": 1}
TREATMENT = {"key": "treatment", "name": _("Treatment"), "weight": 1}


@dataclass(frozen=True)
class StartingPoint:
    key: str
    name: Promise
    about: Promise
    variations: Sequence[Mapping[str, Any]]
    fields: Mapping[str, Any] = field(default_factory=dict)
    metrics: Sequence[Mapping[str, Any]] = ()  # by key of the metric; left out where there is none of that key


STARTING_POINTS = (
    StartingPoint(
        "ab",
        _("A change, yes or no"),
        _("Half see it, half do not. For a new feature behind a flag."),
        ({**CONTROL, "value": "false"}, {**TREATMENT, "value": "true"}),
        {"hypothesis": _("If we …, then … rises by … %, because …."), "effect": 0.05},
    ),
    StartingPoint(
        "copy",
        _("Words against words"),
        _("Two or three texts for one place. The flag’s kind is text; the values are the words."),
        (
            {**CONTROL, "name": _("As it is"), "value": ""},
            {"key": "short", "name": _("Short"), "value": "", "weight": 1},
            {"key": "warm", "name": _("Warm"), "value": "", "weight": 1},
        ),
        {"hypothesis": _("If we say “…” instead of “…”, more will …, because …."), "effect": 0.05},
    ),
    StartingPoint(
        "newcomers",
        _("For newcomers, by retention"),
        _("Asks only who is in their first week; decided by who comes back, a week after."),
        ({**CONTROL, "value": "false"}, {**TREATMENT, "value": "true"}),
        {
            "hypothesis": _("If we …, newcomers come back, because …."),
            "condition": {"joinedDays": {"$lte": 7}},
            "hash_attribute": "member",
            "effect": 0.08,
            "min_days": 14,
        },
        ({"metric": "seen-day-7", "role": "primary"},),
    ),
    StartingPoint(
        "guarded",
        _("A risky change, guarded"),
        _("Stops by itself when a guardrail is harmed beyond its margin. Start it on a little of the traffic."),
        ({**CONTROL, "value": "false"}, {**TREATMENT, "value": "true"}),
        {"hypothesis": _("If we …, nothing that matters gets worse by more than … %, because …."), "auto_stop": True},
        ({"metric": "error-rate", "role": "guardrail", "margin": 0.02},),
    ),
    StartingPoint(
        "aa",
        _("A/A: nothing against nothing"),
        _("Both arms are the same. Shows whether drawing, exposing and counting are right before it matters."),
        ({**CONTROL, "value": "false"}, {"key": "same", "name": _("The same"), "value": "false", "weight": 1}),
        {
            "kind": Experiment.Kind.AA,
            "hypothesis": _("Nothing differs: at most one metric in twenty, by chance."),
            "auto_stop": False,
        },
    ),
)
BY_KEY = {point.key: point for point in STARTING_POINTS}


def unfilled_hypotheses() -> set[str]:
    """Those in which something is left to be said."""
    return {text for point in STARTING_POINTS if "…" in (text := str(point.fields.get("hypothesis", "")))}
