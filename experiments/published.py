"""What was published, as a process has it: read from the rows, compiled, and made new from the old one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from experiments import plans
from experiments.bucketing import bucketer
from experiments.evaluation import Program
from experiments.models import WHOLE, Edition, Publication
from experiments.payload import HOLDOUTS

logger = logging.getLogger(__name__)
NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Holdout:
    """Units that are held out, and as wide a slice of the others beside them, which is measured against them."""

    key: str
    experiment: str  # that measures it
    phase: int
    seed: str
    share: int  # in ten thousandths
    attribute: str
    of: frozenset[str] | None  # keys of the experiments that it covers; None: all of them

    def covers(self, experiments: Iterable[str]) -> bool:
        return any(True for _key in experiments) if self.of is None else not self.of.isdisjoint(experiments)

    def arm(self, unit: str) -> int | None:
        """0: held out; 1: of the slice; None: neither."""
        number = self._number(unit) if unit else None
        if number is None:
            return None
        place = int(number * WHOLE + 0.5) // self.share
        return place if place < 2 else None

    @cached_property
    def _number(self) -> Callable[[str], float | None]:
        return bucketer(self.seed, 2)


@dataclass(frozen=True)
class Snapshot:
    version: int = 0
    bodies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by the flag's name, as bodies.py says
    program: Program = Program(NONE, NONE)
    phases: Mapping[str, int] = field(default_factory=dict)  # by the experiment's key
    holdouts: tuple[Holdout, ...] = ()
    sticky: bool = False  # whether any experiment's assignments stick


NOTHING = Snapshot()


def load(kept: Snapshot, environment: str) -> Snapshot:
    """With what was published since; from the beginning where the database is behind what was kept."""
    version = Edition.objects.filter(environment__key=environment).values_list("version", flat=True).first() or 0
    if version < kept.version:
        kept = NOTHING
    rows = list(Publication.objects.since(environment, kept.version).values_list("flag", "version", "body"))
    if not rows:
        return kept
    return _with(kept, {name: body for name, _version, body in rows}, version=rows[-1][1])


def _with(kept: Snapshot, new: dict[str, Any], *, version: int) -> Snapshot:
    told = new.pop(HOLDOUTS, None)
    gone = {name for name, body in new.items() if body is None}
    bodies = {name: body for name, body in {**kept.bodies, **new}.items() if name not in gone}
    flags = _known(kept.program, new) | {name: _compiled(name, new[name]) for name in new.keys() - gone}
    phased = [rule for body in bodies.values() for rule in body["rules"] if "phase" in rule]
    return Snapshot(
        version=version,
        bodies=bodies,
        program=_program(flags),
        phases={rule["key"]: rule["phase"] for rule in phased},
        holdouts=kept.holdouts if told is None else tuple(_holdout(one) for one in told["holdouts"]),
        sticky=any("fallbackAttribute" in rule for rule in phased),
    )


def _known(program: Program, new: Collection[str]) -> dict[str, plans.Flag | None]:
    return {name: flag for name, flag in program.flags.items() if name not in new}


def _program(flags: Mapping[str, plans.Flag | None]) -> Program:
    return Program({name: flag for name, flag in flags.items() if flag is not None}, NONE)


def _compiled(name: str, body: Mapping[str, Any]) -> plans.Flag | None:
    """One flag that cannot be read, by a fault of ours, does not keep the others away."""
    try:
        return plans.flag(name, body)
    except (TypeError, ValueError, KeyError, AttributeError):
        logger.exception("flag %s cannot be read", name)
        return None


def _holdout(told: Mapping[str, Any]) -> Holdout:
    rest = {name: value for name, value in told.items() if name != "covers"}
    return Holdout(**rest, of=None if told["covers"] is None else frozenset(told["covers"]))
