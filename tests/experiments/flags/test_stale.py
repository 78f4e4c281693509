"""Flags that should be gone, and why."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from experiments.flags import changing
from experiments.flags.stale import stale
from experiments.models import Experiment, Flag

pytestmark = pytest.mark.django_db
NOW = timezone.now()
OLD = NOW - timedelta(days=15)


def flag(name="a", *, modified=OLD, decided_at=None, **fields) -> Flag:
    made = changing.create(name, by=None, **fields)
    Flag.objects.filter(pk=made.pk).update(modified=modified, decided_at=decided_at)
    return made


def reasons() -> dict[str, str]:
    return dict(stale(NOW).values_list("name", "stale"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "one_sided"),
        ({"percent": 0}, "one_sided"),
        ({"everyone": True, "rules": [{"value": True, "coverage": 5}]}, "one_sided"),
        ({"rules": [{"value": True}, {"value": False, "coverage": 5}]}, "one_sided"),
        ({"rules": [{"value": True, "enabled": False, "coverage": 5}]}, "one_sided"),
        ({"rules": [{"value": False, "enabled": False, "coverage": 5}, {"value": True}]}, "one_sided"),
        ({"superusers": True, "staff": True, "testing": True}, "one_sided"),
        ({"environments": []}, "nowhere"),
        ({"expires_on": date(2020, 1, 1), "modified": NOW}, "expired"),
        ({"lifecycle": "completed", "decided_at": NOW, "modified": NOW}, "completed"),
    ],
)
def test_a_stale_flag_says_why(fields, reason):
    flag(**fields)
    assert reasons() == {"a": reason}


@pytest.mark.parametrize(
    "fields",
    [
        {"modified": NOW},
        {"percent": 5},
        {"authenticated": True},
        {"languages": "de"},
        {"rules": [{"value": True, "coverage": 5}]},
        {"rules": [{"value": True, "condition": {"country": "DE"}}, {"value": False}]},
        {"rules": [{"value": True, "segments": ["new"]}]},
        {"rules": [{"value": True, "environments": ["production"]}]},
        {"rules": [{"value": True, "ends_at": NOW + timedelta(days=9)}]},
        {"expires_on": date(2100, 1, 1), "percent": 5},
        {"lifecycle": "completed", "decided_at": NOW - timedelta(days=8), "modified": NOW},
        {"lifecycle": "archived", "expires_on": date(2020, 1, 1), "environments": []},
    ],
)
def test_a_flag_that_is_at_work_is_not_stale(fields):
    flag(**fields)
    assert reasons() == {}


def test_an_audience_of_members_or_groups_is_one(member_named):
    flag("a", users=[member_named("dora")])
    flag("b", groups=[Group.objects.create(name="g")])
    assert reasons() == {}


def test_an_experiment_asks_both_sides():
    made = flag()
    experiment = Experiment.objects.create(key="e", name="E", flag=made)
    changing.change(made, by=None, rules=[{"experiment": experiment}])
    Flag.objects.update(modified=OLD)
    assert reasons() == {}


def test_the_dates_of_a_killed_flag_tell_too():
    changing.kill(made := flag(percent=5), by=None, why="Off.")
    Flag.objects.filter(pk=made.pk).update(modified=OLD)
    assert reasons() == {"a": "one_sided"}
