"""Fifty flags of every kind, published, and a key for them, which is printed: for bench.ofrep, on a site of its own."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - models want a Django that is set up

from experiments import publishing  # noqa: E402
from experiments.models import Environment, Experiment, Flag, Phase, Rule, Variation  # noqa: E402
from experiments.serving import keys  # noqa: E402

PLAN = {"condition": {"plan": "pro", "country": {"$in": ["CA", "FR", "DE"]}}}


def main() -> None:
    place = Environment.objects.get(key="production")
    flags = Flag.objects.bulk_create(
        Flag(name=f"flag-{number:02}", superusers=False, lifecycle="live", **_kind(number)) for number in range(50)
    )
    place.flags.set(flags)
    Rule.objects.bulk_create(_rule(number, flag) for number, flag in enumerate(flags) if number % 3)
    publishing.publish_all()
    print(keys.make(place, name="bench", kind="server", by=None)[1])  # noqa: T201


def _kind(number: int) -> dict[str, object]:
    if number % 5 == 1:
        return {"kind": "string", "off_value": "off", "on_value": "on"}
    return {"kind": "json", "off_value": {"size": 1}, "on_value": {"size": 2}} if number % 5 == 2 else {}


def _rule(number: int, flag: Flag) -> Rule:
    """A third targets, a third is split, every other of these by an experiment."""
    if number % 3 == 1:
        return Rule(flag=flag, position=0, value=flag.on_value, **PLAN)
    if number % 2:
        return Rule(flag=flag, position=0, value=flag.on_value, coverage=5_000)
    asked = Experiment.objects.create(key=flag.name, name=flag.name, status="running", started_at=timezone.now())
    Phase.objects.create(experiment=asked, number=1, weights=[1, 1])
    Variation.objects.create(experiment=asked, index=0, key="control", name="Control", value=flag.off_value)
    Variation.objects.create(experiment=asked, index=1, key="new", name="New", value=flag.on_value)
    return Rule(flag=flag, position=0, experiment=asked)


if __name__ == "__main__":
    main()
