import pytest
from django.core.exceptions import ValidationError

import experiments
from experiments import asking, holdouts, snapshot
from experiments.flags import changing
from experiments.models import Experiment, ExperimentChange, Holdout, Phase, Team
from experiments.running import stopping
from tests.experiments import builders

pytestmark = pytest.mark.django_db
MEMBERS = range(1, 401)


@pytest.fixture
def team():
    return Team.objects.create(key="growth", name="Growth")


def running(name, **fields):
    """All of those who are asked are given True; nobody else is."""
    arms = [{"key": key, "name": key, "value": value} for key, value in (("old", False), ("new", True))]
    return builders.running(f"exp-{name}", flag=builders.new_flag(name), variations=arms, **fields)


def held(key="quarter", share=2000, **fields):
    found = holdouts.create(key, name="Quarter", share=share, by=None, **fields)
    holdouts.start(found, by=None)
    snapshot.refresh()
    return found


def asked(name):
    """Members by whether the experiment on the flag asks them."""
    snapshot.refresh()
    return {member for member in MEMBERS if asking.of_member(member).answer(name).exposure}


def arms(holdout):
    """The members in the holdout, and those in the slice beside it."""
    (one,) = [one for one in snapshot.current().holdouts if one.key == holdout.key]
    return tuple({member for member in MEMBERS if one.arm(str(member)) == arm} for arm in (0, 1))


def test_units_that_are_held_out_are_in_no_experiment():
    running("one")
    running("two")
    assert asked("one") == set(MEMBERS)
    out, beside = arms(held())
    assert 50 < len(out) < 110
    assert 50 < len(beside) < 110
    assert asked("one") == asked("two") == set(MEMBERS) - out


def test_both_arms_are_exposed_where_the_flag_of_an_experiment_is_asked_and_nobody_else(exposures):
    running("one")
    builders.new_flag("plain").flush()
    holdout = held()
    out, beside = arms(holdout)
    for member in MEMBERS:
        experiments.for_member(member, "plain")
    assert exposures() == []
    for member in MEMBERS:
        experiments.for_member(member, "one")
    phase = Phase.objects.get(experiment=holdout.experiment).pk
    told = {(unit, value) for unit, about, value in exposures() if about == phase}
    assert told == {(member, 0.0) for member in out} | {(member, 1.0) for member in beside}


def test_a_teams_holdout_covers_its_own_experiments_only(team, exposures):
    running("ours", team=team)
    running("theirs", team=Team.objects.create(key="other", name="Other"))
    holdout = held(team=team)
    out, _beside = arms(holdout)
    assert asked("ours") == set(MEMBERS) - out
    assert asked("theirs") == set(MEMBERS)
    for member in out:
        experiments.for_member(member, "theirs")
    phase = Phase.objects.get(experiment=holdout.experiment).pk
    assert phase not in {about for _unit, about, _value in exposures()}


def test_what_is_shipped_meanwhile_is_kept_from_the_holdout_and_not_from_others(exposures):
    one = running("one")
    holdout = held()
    out, _beside = arms(holdout)
    stopping.ship(one, variation=1, by=None, why="It helped.")
    snapshot.refresh()
    assert {member for member in MEMBERS if not experiments.for_member(member, "one")} == out
    assert len(exposures()) > len(out)  # both arms still count
    holdouts.end(holdout, by=None, why="The quarter is over.")
    snapshot.refresh()
    assert all(experiments.for_member(member, "one") for member in MEMBERS)


def test_a_teams_shipped_experiment_still_exposes_to_its_holdout(team, exposures):
    one = running("one", team=team)
    holdout = held(team=team)
    out, beside = arms(holdout)
    stopping.ship(one, variation=1, by=None, why="It helped.")
    snapshot.refresh()
    for member in MEMBERS:
        experiments.for_member(member, "one")
    assert {unit for unit, _about, _value in exposures()} == out | beside


def test_once_frozen_what_starts_later_asks_everybody_and_what_was_there_does_not():
    running("early")
    holdout = held()
    out, _beside = arms(holdout)
    holdouts.freeze(holdout, by=None, why="The analysis begins.")
    running("late")
    assert asked("early") == set(MEMBERS) - out
    assert asked("late") == set(MEMBERS)
    holdout.refresh_from_db()
    assert holdout.frozen_keys == ["exp-early"]


def test_a_frozen_holdout_is_not_exposed_by_what_it_does_not_cover(exposures):
    running("early")
    holdout = held()
    holdouts.freeze(holdout, by=None, why="The analysis begins.")
    running("late")
    snapshot.refresh()
    for member in MEMBERS:
        experiments.for_member(member, "late")
    phases = set(Phase.objects.filter(experiment=holdout.experiment).values_list("pk", flat=True))
    assert phases.isdisjoint(about for _unit, about, _value in exposures())


def test_the_analysis_begins_with_the_freeze_and_nobody_moves(exposures):
    running("early")
    holdout = held()
    for member in MEMBERS:
        experiments.for_member(member, "early")
    before, (out, beside) = exposures(), arms(holdout)
    holdouts.freeze(holdout, by=None, why="The analysis begins.")
    snapshot.refresh()
    first, second = Phase.objects.filter(experiment=holdout.experiment).order_by("number")
    assert (first.ended_at, second.ended_at, second.reason) == (second.started_at, None, "The analysis begins.")
    for member in MEMBERS:
        experiments.for_member(member, "early")
    assert arms(holdout) == (out, beside)
    told = {(unit, phase, value) for unit, phase, value in exposures()[len(before) :]}
    assert told == {(one, second.pk, 0.0) for one in out} | {(one, second.pk, 1.0) for one in beside}
    holdouts.end(holdout, by=None, why="The quarter is over.")
    second.refresh_from_db()
    assert second.ended_at


def test_what_measures_a_holdout_is_not_stopped_under_it():
    holdout = held()
    with pytest.raises(ValidationError, match="end that instead"):
        stopping.stop(holdout.experiment, by=None, why="Enough.")
    holdouts.end(holdout, by=None, why="The quarter is over.")
    assert Holdout.objects.get().ended_at


def test_who_is_overridden_or_forces_a_variation_is_not_in_the_holdout(asks, admin, alice, exposures):
    one = running("one")
    changing.change(one.flag, by=None, users=[alice])
    out, beside = arms(held(share=5000))
    experiments.for_member(alice.pk, "one")
    forced = asks(admin, path="/?exp-one=1")
    experiments.variation(forced, "one")
    asking.of_request(forced).settle()
    assert exposures() == []
    experiments.for_member(admin.pk, "one")
    assert exposures()
    assert out | beside == set(MEMBERS)


@pytest.mark.parametrize("whose", ["everybody", "team"])
def test_what_was_stopped_before_a_holdout_and_shipped_under_it_is_kept_from_it(team, whose):
    one, before = running("one", team=team), running("two", team=team)
    stopping.ship(before, variation=1, by=None, why="It helped.")
    stopping.stop(one, by=None, why="Its time is over.")
    holdout = held(team=team if whose == "team" else None)
    out, _beside = arms(holdout)
    stopping.ship(one, variation=1, by=None, why="It helped.")
    snapshot.refresh()
    assert {member for member in MEMBERS if not experiments.for_member(member, "one")} == out
    assert all(experiments.for_member(member, "two") for member in MEMBERS)
    assert list(holdouts.covered(holdout)) == [one]
    (known,) = snapshot.current().holdouts
    assert known.covers(["exp-one"])
    holdouts.freeze(holdout, by=None, why="The analysis begins.")
    assert {member for member in MEMBERS if not experiments.for_member(member, "one")} == out


def test_after_the_end_everybody_is_asked():
    running("one")
    holdout = held()
    holdouts.end(holdout, by=None, why="The quarter is over.")
    assert asked("one") == set(MEMBERS)
    holdout.refresh_from_db()
    assert holdout.ended_at
    assert holdout.experiment.status == Experiment.Status.STOPPED


def test_each_step_is_kept_with_who_and_why(alice):
    holdout = holdouts.create("quarter", name="Quarter", by=alice)
    holdouts.start(holdout, by=alice)
    holdouts.freeze(holdout, by=alice, why="The analysis begins.")
    holdouts.end(holdout, by=alice, why="The quarter is over.")
    told = ExperimentChange.objects.filter(experiment=holdout.experiment).order_by("pk")
    assert [(one.act, one.by_id) for one in told] == [
        (act, alice.pk) for act in ("created", "started", "frozen", "stopped")
    ]


def test_there_is_one_at_a_time_and_its_steps_have_an_order(team):
    first, second = (holdouts.create(key, name=key, by=None) for key in ("first", "second"))
    other = holdouts.create("third", name="third", team=team, by=None)
    with pytest.raises(ValidationError):
        holdouts.freeze(first, by=None, why="too early")
    holdouts.start(first, by=None)
    holdouts.start(other, by=None)
    with pytest.raises(ValidationError, match="has not ended"):
        holdouts.start(second, by=None)
    holdouts.freeze(first, by=None, why="now")
    with pytest.raises(ValidationError):
        holdouts.freeze(first, by=None, why="again")
    with pytest.raises(ValidationError):
        holdouts.freeze(other, by=None, why=" ")
    holdouts.end(first, by=None, why="done")
    holdouts.start(second, by=None)
    assert set(Holdout.objects.filter(ended_at=None).values_list("key", flat=True)) == {"second", "third"}


def test_one_may_not_hold_out_more_than_half():
    with pytest.raises(ValidationError):
        holdouts.create("big", name="Big", share=5001, by=None)
    assert not Experiment.objects.exists()
