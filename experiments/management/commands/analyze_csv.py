"""An A/B test's result from a file of units: absolute and relative effects, CUPED, sequential intervals, SRM."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from events.commanding import PlainCommand
from experiments.analysis import Metric, Plan, analyse
from experiments.stats.families import ADJUSTMENTS
from experiments.tables import read


class Command(PlainCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV with a header; a row is a unit")
        parser.add_argument("--variant", required=True, metavar="COL", help="the column that names the arm")
        parser.add_argument("--control", required=True, metavar="VALUE", help="the arm that the others are compared to")
        parser.add_argument("--metric", action="append", default=[], metavar="COL:mean|proportion")
        parser.add_argument("--ratio", action="append", default=[], metavar="NUM/DEN")
        parser.add_argument("--covariate", default="", metavar="COL", help="from before the test, for CUPED")
        parser.add_argument("--weights", default="", metavar="a=1,b=1", help="of the arms; equal unless given")
        parser.add_argument("--missing", choices=("drop", "zero", "error"), default="error")
        parser.add_argument("--adjust", choices=tuple(ADJUSTMENTS), default="", help="p for all rows together")
        parser.add_argument("--sequential", type=int, default=0, metavar="N", help="N*: units of both arms planned")
        parser.add_argument("--unit", default="", metavar="COL", help="the unit's name; twice the same is an error")
        parser.add_argument("--alpha", type=float, default=0.05)
        parser.add_argument("--format", choices=("json",), default="json")

    def handle(self, *, file: Path, variant: str, unit: str, **options: Any) -> None:
        try:
            plan = _plan(options)
            numbers = [name for metric in plan.metrics for name in metric.columns]
            table = read(file, variant=variant, unit=unit, numbers=[*numbers, *filter(None, [plan.covariate])])
            found = json.dumps(analyse(table, plan), allow_nan=False, ensure_ascii=False)
        except ArithmeticError as error:
            raise CommandError("the numbers lie too far apart to be compared", returncode=2) from error
        except (ValueError, OSError) as error:
            raise CommandError(" ".join(str(error).split()), returncode=2) from error
        self.stdout.write(found)


def _plan(options: dict[str, Any]) -> Plan:
    if not 0 < options["alpha"] < 1:
        raise ValueError("--alpha lies between 0 and 1")
    if options["sequential"] < 0:
        raise ValueError("--sequential is a number of units")
    metrics = [*map(_metric, options["metric"]), *map(_ratio, options["ratio"])]
    if not metrics:
        raise ValueError("give a --metric or a --ratio")
    return Plan(
        control=options["control"],
        metrics=metrics,
        covariate=options["covariate"],
        weights=_weights(options["weights"]),
        missing=options["missing"],
        adjust=options["adjust"],
        sequential=options["sequential"],
        alpha=options["alpha"],
    )


def _metric(text: str) -> Metric:
    name, _, kind = text.rpartition(":")
    if not name or kind not in ("mean", "proportion"):
        raise ValueError(f"--metric is COL:mean or COL:proportion, not {text!r}")
    return Metric(name, kind)


def _ratio(text: str) -> Metric:
    name, _, denominator = text.partition("/")
    if not name or not denominator:
        raise ValueError(f"--ratio is NUM/DEN, not {text!r}")
    return Metric(name, "ratio", denominator)


def _weights(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        arm, _, weight = part.rpartition("=")
        try:
            found[arm.strip()] = float(weight)
        except ValueError:
            raise ValueError(f"--weights is a=1,b=1, not {text!r}") from None
    if found and (any(not 0 <= weight < float("inf") for weight in found.values()) or not sum(found.values())):
        raise ValueError("weights are not negative, and one of them is not zero")
    return found
