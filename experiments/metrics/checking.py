"""Whether a definition says something that can be measured. What does not is told by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import inf

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.names import is_declared
from experiments.metrics import where
from experiments.models import MetricVersion

Kind = MetricVersion.Kind
Fault = tuple[str, str]  # field, message

FEWEST_STEPS, MOST_STEPS = 2, 8
LONGEST_DAYS = 365
HAVE: dict[str, tuple[Kind, ...]] = {  # the kinds that a field is of; the others have none
    "window_hours": tuple(kind for kind in Kind if kind != Kind.RETENTION),  # whose day is its window
    "day": (Kind.RETENTION,),
    "quantile": (Kind.QUANTILE,),
    "denominator": (Kind.RATIO,),
    "cap": (Kind.COUNT, Kind.SUM, Kind.RATIO, Kind.TIME),
    "cap_share": (Kind.COUNT, Kind.SUM),
}
NEEDED = ("day", "quantile", "denominator")


def check(version: MetricVersion) -> None:
    """ValidationError with the fields at fault. What the tables' constraints say too is said here by field."""
    version.clean_fields(exclude=["metric", "number"])
    found = defaultdict(list)
    for rule in (_events, _of_kind, _ranges, _denominator):
        for field, message in rule(version):
            found[field].append(message)
    if "events" not in found:
        found["where"] += where.problems(version.where, frozenset().union(*version.steps))
    if faults := {field: messages for field, messages in found.items() if messages}:
        raise ValidationError(faults)


def _events(version: MetricVersion) -> Iterator[Fault]:
    steps = version.events.split(",")
    if version.kind == Kind.FUNNEL and not FEWEST_STEPS <= len(steps) <= MOST_STEPS:
        yield (
            "events",
            _("A funnel has %(fewest)d to %(most)d steps, with commas between them.")
            % {
                "fewest": FEWEST_STEPS,
                "most": MOST_STEPS,
            },
        )
    elif version.kind != Kind.FUNNEL and len(steps) > 1:
        yield "events", _("Only a funnel has steps; events that count alike are joined by |.")
    for name in (part.strip() for step in steps for part in step.split("|")):
        if not name:
            yield "events", _("The name of an event is missing.")
        elif name != "active" and not is_declared(name):
            yield "events", _("There is no event “%(name)s”.") % {"name": name}


def _of_kind(version: MetricVersion) -> Iterator[Fault]:
    for field, kinds in HAVE.items():
        given = getattr(version, field) is not None
        if given and version.kind not in kinds:
            yield field, _("This kind has none.")
        elif not given and version.kind in kinds and field in NEEDED:
            yield field, _("It is needed for this kind.")


def _ranges(version: MetricVersion) -> Iterator[Fault]:
    days = {"days": LONGEST_DAYS}
    if version.window_hours is not None and not 1 <= version.window_hours <= LONGEST_DAYS * 24:
        yield "window_hours", _("From an hour to %(days)d days.") % days
    if version.day is not None and not 1 <= version.day <= LONGEST_DAYS:
        yield "day", _("From day 1 to day %(days)d.") % days
    if version.quantile is not None and not 0 < version.quantile < 1:
        yield "quantile", _("Between 0 and 1: 0.5 is the median.")
    if version.cap is not None and not 0 < version.cap < inf:
        yield "cap", _("More than 0.")
    if version.cap_share is not None and not 0 < version.cap_share < 1:
        yield "cap_share", _("Between 0 and 1: 0.999 is all but the uppermost thousandth.")
    if version.cap is not None and version.cap_share is not None:
        yield "cap_share", _("One of the two caps is enough.")


def _denominator(version: MetricVersion) -> Iterator[Fault]:
    """One number of each unit, measured as long as what it divides. A ratio is none, so that there is no circle."""
    below = version.denominator
    if below is None or version.kind != Kind.RATIO:
        return
    if below.kind not in MetricVersion.PLAIN:
        yield "denominator", _("A count, a sum, a conversion or retention is needed.")
    elif below.metric_id == version.metric_id:
        yield "denominator", _("A metric is not divided by itself.")
    elif below.matures_after != version.matures_after:
        yield "denominator", _("Its window must be the same.")
