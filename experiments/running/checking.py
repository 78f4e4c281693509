"""What an experiment must have before anybody is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from experiments import conditions
from experiments.flags.values import check_value
from experiments.measuring.what import final_after, is_summed
from experiments.models import Experiment, ExperimentMetric, Flag, MetricVersion, Variation

Refusal = tuple[str, str | Promise]  # the field, and what is wrong with it


def check_ready(experiment: Experiment, flag: Flag | None) -> Flag:
    """Its flag, which the caller has locked. ValidationError with all that is missing."""
    variations = list(experiment.variations.all())
    refused: dict[str, list[Any]] = defaultdict(list)
    for refusals in (
        _of_variations(experiment, variations),
        _of_flag(experiment, flag),
        _of_metrics(experiment),
        _of_units(experiment, flag),
        _of_values(flag, variations),
    ):
        for field, message in refusals:
            refused[field].append(message)
    if flag is None or refused:
        raise ValidationError(dict(refused))
    return flag


def _of_variations(experiment: Experiment, variations: list[Variation]) -> Iterator[Refusal]:
    if sum(variation.weight > 0 for variation in variations) < 2:
        yield "variations", _("Two variations at least must have a weight.")
    elif not variations[0].weight:
        yield "variations", _("The control must have a weight: all others are compared with it.")
    elif experiment.kind == Experiment.Kind.AA and _differ(variations):
        yield "variations", _("In an A/A test all variations have one value.")
    elif experiment.kind != Experiment.Kind.AA and not _differ(variations):
        yield "variations", _("All variations have the same value: that is an A/A test.")


def _differ(variations: list[Variation]) -> bool:
    return any(not conditions.same(variation.value, variations[0].value) for variation in variations)


def _of_flag(experiment: Experiment, flag: Flag | None) -> Iterator[Refusal]:
    if flag is None:
        yield "flag", _("It needs a flag, which the code asks.")
        return
    if flag.killed_at:
        yield "flag", _("The flag is killed: everybody would be given its value when off.")
    if flag.lifecycle == Flag.Lifecycle.ARCHIVED:
        yield "flag", _("The flag is archived.")
    if not flag.environments.exists():
        yield "flag", _("The flag is live in no environment: nobody would be asked.")
    others = Experiment.objects.running().filter(flag=flag).exclude(pk=experiment.pk)
    if flag.layer_id:  # those with ranges of one layer exclude each other, which a constraint of leases keeps
        others = others.exclude(leases__layer=flag.layer_id, leases__released_at=None)
    if found := others.first():
        yield "flag", _("“%s” runs on this flag. Two at once need a layer, of which each has a range.") % found.key


def _of_values(flag: Flag | None, variations: list[Variation]) -> Iterator[Refusal]:
    if flag is None:
        return
    for variation in variations:
        try:
            check_value(variation.value, flag.kind, flag.schema)
        except ValidationError as unfit:
            yield "variations", f"{variation.key}: {' '.join(unfit.messages)}"


def _of_metrics(experiment: Experiment) -> Iterator[Refusal]:
    uses = list(experiment.metrics.select_related("version__metric", "version__denominator"))
    roles = {use.role for use in uses}
    for use in uses:
        if use.role != ExperimentMetric.Role.SECONDARY:
            yield from _of_judge(experiment, use.version)
    if experiment.kind == Experiment.Kind.ROLLOUT:
        if ExperimentMetric.Role.GUARDRAIL not in roles:
            yield "metrics", _("A guarded rollout needs a guardrail.")
        return
    if ExperimentMetric.Role.PRIMARY not in roles:
        yield "metrics", _("Choose the primary metric: by it the experiment is decided.")
    if not experiment.planned_units:
        yield "planned_units", _("Say before the start how many units it needs: it stays so.")


def _of_judge(experiment: Experiment, version: MetricVersion) -> Iterator[Refusal]:
    """Of a metric that is to decide or to guard. A rollout judges all units so far, whatever the window."""
    if not is_summed(version):
        words = _("“%s” is found of the units themselves, not of sums by day: it cannot decide or guard.")
        yield "metrics", words % version.metric.name
    elif experiment.kind != Experiment.Kind.ROLLOUT and final_after(version) is None:
        words = _("“%s” has no window, so its values are never final: it cannot decide or guard.")
        yield "metrics", words % version.metric.name


def _of_units(experiment: Experiment, flag: Flag | None) -> Iterator[Refusal]:
    if experiment.hash_attribute == experiment.fallback_attribute:
        yield "fallback_attribute", _("It is the unit itself.")
    if flag and flag.layer and flag.layer.hash_attribute != experiment.hash_attribute:
        yield "hash_attribute", _("Its layer divides by “%s”.") % flag.layer.hash_attribute
