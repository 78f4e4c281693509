"""Experiments as rows and events of their units, at chosen instants."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from events.models import Event
from events.record import event, record_all
from experiments.models import Experiment, ExperimentMetric, Metric, MetricVersion, Phase, Variation

START = datetime(2026, 3, 20, tzinfo=UTC)  # nine days before Berlin's clocks go forward
_numbers = itertools.count(1)


def at(days: float = 0, **more: float) -> datetime:
    return START + timedelta(days=days, **more)


def metric(kind: str = "count", events: str = "vote_cast", **fields: Any) -> MetricVersion:
    made = Metric.objects.create(key=f"of-test-{next(_numbers)}", name="of a test")
    return MetricVersion.objects.create(metric=made, number=1, kind=kind, events=events, **fields)


def experiment(*versions: MetricVersion, arms: int = 2, started: datetime = START, **fields: Any) -> Phase:
    """Its first phase."""
    key = f"of-test-{next(_numbers)}"
    made = Experiment.objects.create(key=key, name=key, status="running", started_at=started, **fields)
    Variation.objects.bulk_create(
        Variation(experiment=made, index=index, key=f"v{index}", name="") for index in range(arms)
    )
    add_metrics(made, *versions)
    return Phase.objects.create(experiment=made, number=1, weights=[1] * arms, started_at=started)


def add_metrics(made: Experiment, *versions: MetricVersion) -> None:
    for version in versions:
        ExperimentMetric.objects.create(experiment=made, version=version, role="secondary")


def exposed(phase: Phase, unit: int, when: datetime, variation: float = 0) -> Event:
    return event("exposed", unit=unit, at=when, object=("phase", phase.pk), value=variation)


def did(unit: int, when: datetime, name: str = "vote_cast", **fields: Any) -> Event:
    return event(name, unit=unit, at=when, **fields)


def record(*events: Event) -> None:
    record_all(events)


def all_kinds() -> list[MetricVersion]:
    """One of each, with windows short, long and endless."""
    votes = metric("count", "vote_cast", window_hours=48)
    return [
        votes,
        metric("count", "vote_cast|comment_posted", cap=2, window_hours=72),
        metric("count", "active"),
        metric("sum", "vote_cast", window_hours=30),
        metric("sum", "bounty_offered", window_hours=96, cap=60.5),
        metric("sum", "vote_cast", window_hours=48, where={"value": {"$gt": 0}}),
        metric("conversion", "answer_posted", window_hours=24),
        metric("conversion", "vote_cast", window_hours=1),
        metric("retention", "active", day=1),
        metric("retention", "active", day=3),
        metric("ratio", "answer_posted", window_hours=48, denominator=votes, cap=3),
        metric("time", "answer_posted", window_hours=72),
        metric("funnel", "vote_cast,answer_posted,comment_posted", window_hours=96),
        metric("funnel", "vote_cast,vote_cast", window_hours=96),
        metric("funnel", "vote_cast,active,vote_cast", window_hours=50),
    ]


NAMES = ("vote_cast", "vote_cast", "comment_posted", "answer_posted", "bounty_offered", "topic_started")
VALUES = {"vote_cast": (1.0, -1.0), "bounty_offered": (50.0, 12.3456, 100.0)}


def happenings(
    chance: random.Random, phases: list[Phase], units: list[int], first: datetime, last: datetime, number: int
) -> list[Event]:
    """Of units at random instants, many of them equal: whole hours, and the instants of others."""
    made: list[Event] = []
    span = (last - first) // timedelta(hours=1)
    for _ in range(number):
        when = first + timedelta(hours=chance.randrange(max(1, span)))
        if chance.random() < 0.3:
            when += timedelta(microseconds=chance.choice([1, 999_999, 123_456]))
        unit = chance.choice(units)
        if chance.random() < 0.4:
            made.append(exposed(chance.choice(phases), unit, when, abs(unit) % 2 if chance.random() < 0.95 else 1))
        else:
            name = chance.choice(NAMES)
            made.append(did(unit, when, name, value=chance.choice(VALUES.get(name, (None,)))))
    return made
