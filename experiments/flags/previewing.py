"""What a unit would get of a flag, and why, by what is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.evaluation import Context, compile
from experiments.flags.texts import written
from experiments.models import Flag, Publication, Rule
from experiments.results import Evaluation

SOURCES = {
    "unknownFeature": gettext_lazy("This environment does not have the flag: whoever asks gets what the code says."),
    "defaultValue": gettext_lazy("No rule is for this unit: it gets the default."),
    "force": gettext_lazy("A rule gives this value."),
    "experiment": gettext_lazy("An experiment drew it."),
    "prerequisite": gettext_lazy("A flag that it depends on shuts it: whoever asks gets what the code says."),
    "cyclicPrerequisite": gettext_lazy("It depends on itself."),
}
OVERRIDES = ("everyone", "testing", "superusers", "staff", "authenticated", "languages", "users", "groups", "percent")


@dataclass(frozen=True)
class Preview:
    value: str
    source: str
    rule: str  # in words; empty where none was it
    variation: str


def preview(flag: Flag, environment: str, attributes: Mapping[str, Any]) -> Preview:
    """Without exposing anybody, and without what sticks to the unit."""
    program = compile({"features": _features(flag.name, environment)})
    found = Context(program, attributes).flag(flag.name)
    return Preview(
        value=written(found.value, flag.kind),
        source=str(SOURCES.get(found.source, found.source)),
        rule=_rule(flag, found.rule),
        variation=_variation(found),
    )


def _features(name: str, environment: str) -> dict[str, Any]:
    """The flag and those that it depends on, near and far."""
    features: dict[str, Any] = {}
    wanted = {name}
    while wanted:
        rows = Publication.objects.filter(environment__key=environment, flag__in=wanted, body__isnull=False)
        new = dict(rows.values_list("flag", "body"))
        features |= new
        wanted = {parent for body in new.values() for parent in _parents(body)} - features.keys()
    return features


def _parents(body: Any) -> list[str]:
    return [one["id"] for rule in body.get("rules") or () for one in rule.get("parentConditions") or ()]


def _rule(flag: Flag, told: str) -> str:
    kind, _dash, key = told.partition("-")
    if kind == "exp":
        return _("Experiment %(key)s") % {"key": key}
    if kind == "holdout":
        return _("Holdout %(key)s") % {"key": key}
    if kind == "rule":
        rule = Rule.objects.filter(flag=flag, pk=key).first() if key.isdecimal() else None
        number = _("Rule %(number)d") % {"number": rule.position + 1} if rule else told
        return f"{number}: {rule.description}" if rule and rule.description else number
    return str(Flag._meta.get_field(told).verbose_name) if told in OVERRIDES else told  # type: ignore[union-attr]


def _variation(found: Evaluation) -> str:
    return "" if found.variation is None else str(found.variation)
