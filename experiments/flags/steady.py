"""What stays as it was while an experiment runs on a flag: otherwise it would fall silent, or ask others than it asked
so far, and nothing would tell. Stop it, or kill the flag, instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from experiments.flags.describing import describe_rule, same
from experiments.models import Experiment, Flag, Rule

OF_ITS_RULE = ("enabled", "environments", "condition", "segments", "prerequisites", "starts_at", "ends_at")


def refusals(flag: Flag, rules: Sequence[Rule]) -> dict[str, list[str]]:
    """By field of the flag, of which `rules` are to be the rules. A new flag has no experiments."""
    standing = {one.experiment_id: one for one in _standing(flag)} if flag.pk else {}
    found: dict[str, list[str]] = {}
    if standing and Flag.objects.values_list("layer", flat=True).get(pk=flag.pk) != flag.layer_id:
        found["layer"] = [_stop_first(one.experiment) for one in standing.values()]
    if told := [*_gone(standing, rules), *_changed(standing, rules)]:
        found["rules"] = told
    return found


def _standing(flag: Flag) -> Iterable[Rule]:
    return flag.rules.filter(experiment__in=Experiment.objects.running()).select_related("experiment")


def _gone(standing: dict[Any, Rule], rules: Iterable[Rule]) -> list[str]:
    kept = {rule.experiment_id for rule in rules}
    return [_stop_first(one.experiment) for key, one in standing.items() if key not in kept]


def _changed(standing: dict[Any, Rule], rules: Iterable[Rule]) -> list[str]:
    told = []
    for rule in rules:
        stands = standing.get(rule.experiment_id)
        before, after = (describe_rule(stands), describe_rule(rule)) if stands else ({}, {})
        for name in OF_ITS_RULE:
            if not same(before.get(name), after.get(name)):
                field: Any = Rule._meta.get_field(name)
                told.append(f"{field.verbose_name}: {_stop_first(rule.experiment)}")
    return told


def _stop_first(experiment: Any) -> str:
    return _("The experiment %(key)s runs. Stop it first.") % {"key": experiment.key}
