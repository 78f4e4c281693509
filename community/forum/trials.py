"""What the forum asks of flags, and the experiments on them that a site begins with, as drafts.

Where a flag is not there or off, pages are as the defaults in code say. Pages of visitors ask for nothing: they are
kept for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from experiments.flags import changing
from experiments.models import Experiment, ExperimentMetric, Flag, Metric
from experiments.running import creating

FEED_RANKING = "feed-ranking"  # community.forum.ranking.Weights
SIMILAR = "similar-while-asking"  # how many similar questions are shown while one is asked
ANSWER_PROMPT = "answer-prompt"  # phrases.answer_prompt
WELCOME = "newcomer-welcome"  # templates/jinja2/forum/_welcome.html

PRIMARY, SECONDARY, GUARDRAIL = ExperimentMetric.Role.values
NEWCOMERS = {"joinedDays": {"$lt": 7}}
WEIGHTS = {
    "type": "object",
    "properties": {
        "hours": {"type": "number", "exclusiveMinimum": 0},
        "reply": {"type": "number", "minimum": 0},
        "waiting": {"type": "number"},
    },
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Trial:
    """A flag and the first experiment on it. The first of `values` is the control's, and what the flag is when off."""

    flag: str
    kind: str
    key: str
    name: str
    hypothesis: str
    values: Mapping[str, Any]  # by the variation's key
    metrics: Sequence[tuple[str, str]]  # (key, role)
    condition: Mapping[str, Any] = field(default_factory=dict)
    schema: Mapping[str, Any] | None = None


TRIALS = (
    Trial(
        FEED_RANKING,
        Flag.Kind.JSON,
        "feed-waiting-questions",
        gettext_noop("Questions that wait stand higher"),
        gettext_noop(
            "If questions without a reply stand higher in the feed, then members write more answers, because they see "
            "what they can help with before others have."
        ),
        {"control": {}, "waiting": {"waiting": 0.3}, "young": {"hours": 12}},
        (("answers-posted", PRIMARY), ("feed-click-rate", SECONDARY), ("seen-day-7", GUARDRAIL)),
        schema=WEIGHTS,
    ),
    Trial(
        SIMILAR,
        Flag.Kind.NUMBER,
        "similar-questions",
        gettext_noop("Similar questions while asking"),
        gettext_noop(
            "If fewer similar questions are shown while one is asked, or none, then fewer of those who ask get an "
            "answer, because questions are asked again instead of made better."
        ),
        {"control": 5, "three": 3, "none": 0},
        (("answered", PRIMARY), ("questions-asked", SECONDARY), ("error-rate", GUARDRAIL)),
    ),
    Trial(
        ANSWER_PROMPT,
        Flag.Kind.STRING,
        "answer-prompt-copy",
        gettext_noop("What is said below a question without an answer"),
        gettext_noop(
            "If readers are told that theirs would be the first answer, or that whoever asked hears of it at once, "
            "then more of them answer, because they see what it would change."
        ),
        {"control": "part", "first": "first", "told": "told"},
        (("answers-posted", PRIMARY), ("contributions", SECONDARY), ("error-rate", GUARDRAIL)),
    ),
    Trial(
        WELCOME,
        Flag.Kind.STRING,
        "newcomer-welcome-1",
        gettext_noop("A welcome that asks newcomers to write"),
        gettext_noop(
            "If newcomers are asked to write at once, then more of them are there again on day 3, because who has "
            "written waits for what comes of it."
        ),
        {"control": "none", "write": "write"},
        (
            ("seen-day-3", PRIMARY),
            ("seen-day-2", SECONDARY),
            ("seen-day-7", SECONDARY),
            ("contributed", SECONDARY),
            ("error-rate", GUARDRAIL),
        ),
        condition=NEWCOMERS,
    ),
)


def draft(*, by: Any) -> list[Experiment]:
    """Those that are not there yet, with their flags. What a site has made of the others is left alone."""
    return [_drafted(trial, by=by) for trial in TRIALS if not Experiment.objects.filter(key=trial.key).exists()]


@transaction.atomic
def _drafted(trial: Trial, *, by: Any) -> Experiment:
    control, *others = trial.values.values()
    flag = Flag.objects.filter(name=trial.flag).first() or changing.create(
        trial.flag, kind=trial.kind, off_value=control, on_value=others[0], schema=trial.schema, by=by
    )
    versions = {metric.key: metric.newest_id for metric in Metric.objects.with_newest()}
    return creating.create(
        key=trial.key,
        name=str(_(trial.name)),
        hypothesis=str(_(trial.hypothesis)),
        flag=flag,
        condition=dict(trial.condition),
        hash_attribute="member",
        variations=[{"key": key, "name": key, "value": value} for key, value in trial.values.items()],
        metrics=[{"version": versions[key], "role": role} for key, role in trial.metrics if key in versions],
        by=by,
    )
