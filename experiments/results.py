"""What an evaluation answers with."""

from __future__ import annotations

from typing import Any, NamedTuple


class Exposure(NamedTuple):
    """Somebody is in an experiment: to be recorded where they see what differs."""

    experiment: str  # its key
    variation: int  # index
    attribute: str  # what the unit is: "id"
    unit: str


class Evaluation:
    """A flag's value and where it comes from, by the names of the GrowthBook SDK specification.

    `source` is unknownFeature, defaultValue, force, experiment, prerequisite or cyclicPrerequisite; `rule` the id of
    the rule that decided, "" where none has one; `trial` how its experiment came out, where one decided.
    """

    __slots__ = ("rule", "source", "trial", "value")

    def __init__(self, value: Any, source: str, rule: str = "", trial: Trial | None = None) -> None:
        self.value, self.source, self.rule, self.trial = value, source, rule, trial

    @property
    def on(self) -> bool:
        """Whether the value counts as true in JavaScript, where an empty list does and NaN does not."""
        value = self.value
        return bool(value) and value == value or isinstance(value, (list, dict))

    @property
    def variation(self) -> int | None:
        return self.trial.variation if self.trial and self.trial.in_experiment else None

    @property
    def exposure(self) -> Exposure | None:
        """What to record; None where nothing was drawn: forced variations, QA, no experiment."""
        trial = self.trial
        if trial is None or not trial.hash_used:
            return None
        return Exposure(trial.experiment, trial.variation, trial.attribute, trial.unit)


class Trial(NamedTuple):
    """How an experiment came out for one unit; with the first variation where the unit is not in it.

    What a plan and a variation say of it comes first, so that it is put together once (`Plan.arms`); then the unit's.
    """

    experiment: str
    attribute: str
    key: str  # of the variation
    value: Any
    variation: int
    in_experiment: bool
    passthrough: bool
    hash_used: bool
    sticky_used: bool
    unit: str
    bucket: float | None


NEXT = Evaluation(None, "")  # no answer: the rule is not for this unit, so the next one is asked
