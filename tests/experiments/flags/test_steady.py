"""While an experiment runs, its flag's form cannot make it fall silent."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from experiments.flags import changing
from experiments.flags.describing import RULE_FIELDS
from experiments.models import Publication, Rule
from experiments.running import stopping
from tests.experiments import builders

pytestmark = pytest.mark.django_db


def rules_with(flag, **changed):
    return [{**{name: getattr(rule, name) for name in RULE_FIELDS}, **changed} for rule in flag.rules.all()]


@pytest.mark.parametrize(
    "changed",
    [
        {"enabled": False},
        {"condition": {"country": "NZ"}},
        {"segments": ["regulars"]},
        {"environments": ["production"]},
        {"prerequisites": [{"flag": "other", "condition": {"value": True}}]},
        {"starts_at": timezone.now()},
        {"ends_at": timezone.now()},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_rule_of_an_experiment_that_runs_stays_and_may_change_once_it_is_stopped(changed):
    builders.new_flag("other")
    experiment = builders.running("page-1", flag=builders.new_flag("page"))
    flag = experiment.flag
    with pytest.raises(ValidationError, match="page-1 runs") as refused, transaction.atomic():
        changing.change(flag, by=None, rules=rules_with(flag, **changed))
    assert list(refused.value.message_dict) == ["rules"]
    assert Publication.objects.get(flag="page").body["rules"][0]["key"] == "page-1"
    changing.change(flag, by=None, rules=[{"value": True}, *rules_with(flag, description="Other words")])
    stopping.stop(experiment, by=None, why="Enough.")
    Rule.objects.create(flag=flag, position=9, experiment=experiment)
    changing.change(flag, by=None, rules=rules_with(flag, **changed))


def test_the_layer_stays_while_an_experiment_runs_leased_or_not():
    first, second = builders.new_layer("first"), builders.new_layer("second")
    loose = builders.running("loose-1", flag=builders.new_flag("loose"))
    leased = builders.running("leased-1", flag=builders.new_flag("leased", layer=first), share=5000)
    for experiment, layer in ((loose, first), (leased, second), (leased, None)):
        with pytest.raises(ValidationError, match=f"{experiment.key} runs") as refused, transaction.atomic():
            changing.change(experiment.flag, by=None, layer=layer)
        assert list(refused.value.message_dict) == ["layer"]
    stopping.stop(leased, by=None, why="Enough.")
    assert changing.change(leased.flag, by=None, layer=second).layer == second


def test_a_change_from_before_the_start_is_not_taken_back_over_it():
    flag = builders.new_flag("page")
    changing.change(flag, by=None, layer=builders.new_layer())
    moved = flag.changes.first()
    builders.running("page-1", flag=flag, share=5000)
    with pytest.raises(ValidationError, match="page-1 runs"):
        changing.revert(moved, by=None, why="Back.")


def test_the_form_shows_what_stays_and_passes_over_what_is_sent(admin, client_of):
    experiment = builders.running("page-1", flag=builders.new_flag("page"))
    flag, layer, desk = experiment.flag, builders.new_layer(), client_of(admin)
    address = reverse("admin:experiments_flag_change", args=[flag.pk])
    shown = desk.get(address).content.decode()
    for name in ("layer", "rules-0-enabled", "rules-0-condition", "rules-0-starts_at_0"):
        assert re.search(rf'<(input|select|textarea)[^>]*name="{name}"[^>]*disabled', shown), name
    rule = flag.rules.get()
    sent = {"why": "Silence!", "seen": flag.modified.isoformat(), "off_value": "false", "on_value": "true"}
    sent |= {"environments": [flag.environments.get().pk], "everyone": "unknown", "layer": layer.pk, "note": "Read me"}
    sent |= {"rules-TOTAL_FORMS": 1, "rules-INITIAL_FORMS": 1, "rules-0-id": rule.pk, "rules-0-flag": flag.pk}
    sent |= {"rules-0-position": 1, "rules-0-hash_attribute": "id", "rules-0-condition": '{"a": 1}'}
    sent |= {"rules-0-description": "Still here"}
    assert desk.post(address, sent).status_code == 302
    flag.refresh_from_db()
    rule = flag.rules.get()
    assert (flag.note, flag.layer, rule.enabled, rule.condition) == ("Read me", None, True, {})
    assert rule.description == "Still here"
