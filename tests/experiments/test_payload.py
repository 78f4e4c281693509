"""What flags say once they are compiled: asked of the evaluator, which the cases of GrowthBook hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from experiments import payload
from experiments.evaluation import compile, evaluate
from experiments.models import Environment, Flag, Holdout, Layer, Phase, Team
from tests.experiments import rows

pytestmark = pytest.mark.django_db


def body(flag, environment="production"):
    return payload.bodies([flag.pk], Environment.objects.get_or_create(key=environment)[0])[flag.name]


def answer(flag, **attributes):
    found = evaluate({"features": {flag.name: body(flag)}}, attributes, flag.name)
    return found.value


def share(flag, count=1_000):
    """By value, the shares of units."""
    program = compile({"features": {flag.name: body(flag)}})
    found = [evaluate(program, {"id": str(unit)}, flag.name).value for unit in range(count)]
    return {value: found.count(value) / count for value in set(found)}


def test_an_override_comes_before_every_rule(alice):
    flag = rows.flag(off_value=False, on_value=True, staff=True, languages="zh-hans, fr")
    flag.users.add(alice)
    group = Group.objects.create(name="testers")
    flag.groups.add(group)
    rows.rule(flag, value=False)
    assert answer(flag, id="1") is False
    assert answer(flag, member=str(alice.pk)) is True
    assert answer(flag, member=str(alice.pk + 1)) is False
    assert answer(flag, groups=[group.pk]) is True
    assert answer(flag, staff=True) is True
    assert answer(flag, superuser=True) is False
    assert answer(flag, language="fr") is True
    assert answer(flag, language="en") is False


@pytest.mark.parametrize(("field", "attribute"), [("superusers", "superuser"), ("authenticated", "loggedIn")])
def test_waffle_has_a_flag_on_for_a_kind_of_member(field, attribute):
    flag = rows.flag(**{field: True})
    assert answer(flag, **{attribute: True}) is True
    assert answer(flag, **{attribute: False}) is False


@pytest.mark.parametrize("everyone", [True, False])
def test_everyone_is_before_all_else(everyone, alice):
    flag = rows.flag(everyone=everyone, staff=not everyone)
    rows.rule(flag, value=not everyone)
    assert answer(flag, staff=True) is everyone


def test_a_killed_flag_gives_its_value_when_off():
    flag = rows.flag(kind="string", off_value="old", on_value="new", everyone=True, killed_at=timezone.now())
    assert answer(flag) == "old"
    assert body(flag)["rules"] == []
    assert body(flag)["about"] == {"id": flag.pk, "kind": "string", "killed": True, "testing": False}


def test_what_is_archived_or_of_another_environment_is_not_there():
    assert body(rows.flag(lifecycle="archived")) is None
    assert body(rows.flag(environments=())) is None
    assert body(rows.flag(), "staging") is None


def test_rules_are_asked_in_their_order():
    flag = rows.flag(kind="string", off_value="none", on_value="on")
    rows.rule(flag, value="chinese", condition={"language": "zh-hans"})
    rows.rule(flag, value="disabled", enabled=False)
    rows.rule(flag, value="elsewhere", environments=["staging"])
    rows.rule(flag, value="segment", segments=["writers", "askers"])
    rows.rule(flag, value="phone", condition={"device": "phone"}, segments=["readers"])
    assert answer(flag, language="zh-hans", segments=["askers"]) == "chinese"
    assert answer(flag, language="en", segments=["askers"]) == "segment"
    assert answer(flag, device="phone", segments=["readers"]) == "phone"
    assert answer(flag, device="phone", segments=[]) == "none"
    assert answer(flag, device="desktop", segments=["readers"]) == "none"


@pytest.mark.parametrize(("starts", "ends", "stands"), [(-1, 1, True), (1, 2, False), (-2, -1, False), (None, 1, True)])
def test_a_rule_stands_from_its_start_to_its_end(starts, ends, stands):
    now, flag = timezone.now(), rows.flag()
    hours = {"starts_at": starts, "ends_at": ends}
    rows.rule(flag, value=True, **{name: one and now + timedelta(hours=one) for name, one in hours.items()})
    assert answer(flag) is stands


def test_a_share_is_of_the_units_and_waffles_percentage_comes_last():
    flag = rows.flag(kind="string", off_value="off", on_value="on")
    rows.rule(flag, value="some", coverage=2_500)
    assert share(flag)["some"] == pytest.approx(0.25, abs=0.05)
    flag = rows.flag(percent="30.0")
    rows.rule(flag, value=False, condition={"id": {"$in": [str(unit) for unit in range(1_000)]}})
    assert share(flag) == {False: 1}
    assert share(rows.flag(percent="30.0"))[True] == pytest.approx(0.3, abs=0.05)
    assert share(rows.flag(percent="0")) == {False: 1}


def test_a_share_of_nobody_is_nobodys():
    flag = rows.flag()
    rows.rule(flag, value=True, coverage=0)
    assert share(flag, 200) == {False: 1}


@pytest.mark.parametrize("gate", [True, False])
def test_a_prerequisite_is_another_flags_value(gate):
    parent, child = rows.flag(everyone=False), rows.flag()
    rows.rule(
        child, value=True, prerequisites=[{"flag": parent.name, "condition": {"value": {"$eq": True}}, "gate": gate}]
    )
    for stands in (True, False):
        Flag.objects.filter(pk=parent.pk).update(everyone=stands)
        found = payload.bodies([parent.pk, child.pk], Environment.objects.get(key="production"))
        expected = True if stands else None if gate else False
        assert evaluate({"features": found}, {}, child.name).value is expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"off_value": 1, "on_value": 2.5}, "1.0"),
        ({"off_value": 1, "on_value": 2, "schema": {"type": "number"}}, "1.0"),
        ({"off_value": 1, "on_value": 2}, "1"),
        ({"off_value": 1, "on_value": 2, "schema": {"type": "integer"}}, "1"),
    ],
)
def test_a_flag_of_numbers_has_one_type(given, kept):
    flag = rows.flag(kind="number", **given)
    rows.rule(flag, experiment=rows.experiment(values=(1, 2)))
    assert repr(body(flag)["defaultValue"]) == kept
    assert repr(body(flag)["rules"][0]["variations"][0]) == kept


@pytest.mark.parametrize("fields", [{}, {"enabled": False}, {"ends_at": timezone.now()}, {"environments": ["no"]}])
@pytest.mark.parametrize("killed_at", [None, timezone.now()])
def test_neither_the_kill_switch_nor_a_rule_that_ends_changes_the_type_of_a_number(fields, killed_at):
    flag = rows.flag(kind="number", off_value=1, on_value=2, killed_at=killed_at)
    rows.rule(flag, value=1.5, **fields)
    assert repr(body(flag)["defaultValue"]) == "1.0"


def test_a_killed_flag_has_the_type_of_its_experiments_values():
    flag = rows.flag(kind="number", off_value=1, on_value=2, killed_at=timezone.now())
    rows.rule(flag, experiment=rows.experiment(values=(1, 1.5)))
    assert repr(body(flag)["defaultValue"]) == "1.0"


def test_an_experiment_asks_those_whom_it_targets():
    flag = rows.flag(kind="string", off_value="off", on_value="on")
    asked = rows.experiment(
        "copy",
        values=("a", "b"),
        flag=flag,
        condition={"language": "en"},
        segments=["new"],
        fallback_attribute="visitor",
    )
    rows.rule(flag, experiment=asked, condition={"device": "phone"})
    told = body(flag)["rules"][0]
    phase = asked.phases.get()
    assert (told["id"], told["key"], told["phase"], told["seed"]) == ("exp-copy", "copy", phase.pk, phase.seed)
    assert told["condition"] == {"$and": [{"device": "phone"}, {"language": "en"}, {"segments": {"$in": ["new"]}}]}
    assert told["fallbackAttribute"] == "visitor"
    assert answer(flag, id="1", device="phone", language="en", segments=["new"]) in ("a", "b")
    assert answer(flag, id="1", device="phone", language="en", segments=[]) == "off"
    assert answer(flag, id="1", device="tablet", language="en", segments=["new"]) == "off"


def test_an_experiment_that_does_not_stick_says_so():
    flag = rows.flag()
    rows.rule(flag, experiment=rows.experiment())
    assert body(flag)["rules"][0]["disableStickyBucketing"] is True


def test_weights_and_traffic_are_those_of_the_phase():
    flag = rows.flag(kind="string", off_value="off", on_value="on")
    asked = rows.experiment(values=("a", "b"), coverage=5_000)
    Phase.objects.filter(experiment=asked).update(weights=[1, 3])
    rows.rule(flag, experiment=asked)
    assert share(flag) == pytest.approx({"off": 0.5, "a": 0.125, "b": 0.375}, abs=0.05)


@pytest.mark.parametrize("status", ["draft", "stopped", "archived"])
def test_an_experiment_that_does_not_run_gives_nothing(status):
    now = timezone.now()
    flag, asked = rows.flag(), rows.experiment()
    rows.rule(flag, experiment=asked)
    asked.status = status
    asked.started_at = None if status == "draft" else now
    asked.stopped_at = None if status == "draft" else now
    asked.save()
    assert body(flag)["rules"] == []


def test_experiments_of_one_layer_ask_disjoint_units():
    layer, asked_by = Layer.objects.create(key="page", name="page"), []
    for low, high in ((0, 3_000), (3_000, 10_000)):
        flag = rows.flag(kind="string", off_value="off", on_value="on", layer=layer)
        asked = rows.experiment(values=("a", "b"))
        layer.leases.create(experiment=asked, low=low, high=high)
        rows.rule(flag, experiment=asked)
        told = compile({"features": {flag.name: body(flag)}})
        asked_by.append({unit for unit in range(1_000) if evaluate(told, {"id": str(unit)}, flag.name).exposure})
    first, second = asked_by
    assert not first & second
    assert len(first | second) == 1_000
    assert len(first) == pytest.approx(300, abs=50)


def test_without_a_lease_of_its_flags_layer_an_experiment_asks_nobody():
    layer = Layer.objects.create(key="page", name="page")
    flag, asked = rows.flag(layer=layer), rows.experiment()
    rows.rule(flag, experiment=asked)
    layer.leases.create(experiment=asked, low=0, high=10_000, released_at=timezone.now())
    assert body(flag)["rules"] == []


def holdout(**fields):
    measured = rows.experiment(kind="holdout")
    return Holdout.objects.create(
        key="all", name="all", share=2_000, experiment=measured, started_at=timezone.now(), **fields
    )


def test_a_holdouts_units_are_asked_by_no_experiment():
    flag = rows.flag(kind="string", off_value="off", on_value="on")
    rows.rule(flag, experiment=rows.experiment(values=("a", "b")))
    held = holdout()
    assert share(flag)["off"] == pytest.approx(0.2, abs=0.05)
    held.ended_at = timezone.now()
    held.save()
    assert "off" not in share(flag, 500)


def test_a_teams_holdout_is_of_its_experiments_and_once_frozen_of_those_it_had():
    team, other = (Team.objects.create(key=key, name=key) for key in ("growth", "search"))
    flags = []
    for key, owner in (("ours", team), ("theirs", other), ("late", team)):
        flag = rows.flag()
        rows.rule(flag, experiment=rows.experiment(key, team=owner))
        flags.append(flag)
    held = holdout(team=team)
    assert [len(body(flag)["rules"][0]["filters"]) for flag in flags] == [1, 0, 1]
    assert payload.holdouts()["holdouts"][0]["covers"] == ["ours", "late"]
    held.frozen_at, held.frozen_keys = timezone.now(), ["ours"]
    held.save()
    assert [len(body(flag)["rules"][0]["filters"]) for flag in flags] == [1, 0, 0]
    assert payload.holdouts()["holdouts"][0]["covers"] == ["ours"]
