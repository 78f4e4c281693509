"""Beginning a rollout, and moving it by hand."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from experiments.bucketing import bucket, bucket_ranges, choose_variation
from experiments.models import Experiment, Flag, Metric, Publication, Rollout, RolloutStep
from experiments.rollouts import stepping
from experiments.running import stopping
from tests.experiments import builders

SHARES = [share / 10_000 for share in Rollout.STEPS]


def begun(**given):
    return stepping.begin(given.pop("flag", None) or builders.new_flag("buttons"), value=True, by=None, **given)


def told(flag="buttons"):
    return Publication.objects.get(flag=flag, environment__key="production").body["rules"]


@pytest.mark.django_db
def test_it_begins_with_one_percent_beside_another_that_is_watched():
    rollout = begun()

    (rule,) = told()
    assert (rule["variations"], rule["weights"], rule["coverage"]) == ([False, True], [0.5, 0.5], 0.02)
    assert (rollout.state, rollout.share, rollout.experiment.kind) == ("running", 100, "rollout")
    assert [use.version.metric.key for use in rollout.experiment.metrics.all()] == ["error-rate"]
    assert rollout.last_step.verdict == "started"


@pytest.mark.django_db
def test_guardrails_keep_their_margins_and_the_error_rate_comes_once():
    errors = Metric.objects.get(key="error-rate").newest
    votes = builders.new_metric("votes", window_hours=24)
    rollout = begun(guardrails=[(votes, 0.05), (errors, 0.1)])

    uses = rollout.experiment.metrics.order_by("position")
    assert [(use.version, use.role, use.margin) for use in uses] == [
        (votes, "guardrail", 0.05),
        (errors, "guardrail", 0.1),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "flag", "given"),
    [
        ("value", {"off_value": True, "on_value": True}, {}),
        ("flag", {"percent": 10}, {}),
        ("step_hours", {}, {"step_hours": 0}),
    ],
)
def test_what_makes_no_sense_is_refused(fault, flag, given):
    with pytest.raises(ValidationError) as refused:
        begun(flag=builders.new_flag(**flag), **given)
    assert set(refused.value.message_dict) == {fault}


@pytest.mark.django_db
def test_a_guardrail_by_which_no_look_could_see_harm_is_refused():
    capped = builders.new_metric("spent", kind="sum", cap_share=0.99, window_hours=24)
    with pytest.raises(ValidationError, match="no sums by day are kept: spent"):
        begun(guardrails=[(capped, 0.05)])
    Metric.objects.filter(key="error-rate").update(key="other-rate")
    with pytest.raises(ValidationError, match="There is no metric error-rate"):
        begun(flag=builders.new_flag("links"))


@pytest.mark.django_db
def test_there_is_one_rollout_of_a_flag_at_a_time():
    begun()
    with pytest.raises(ValidationError):
        begun(flag=Flag.objects.get(name="buttons"))
    assert Rollout.objects.count() == 1


@pytest.mark.django_db
def test_by_hand_it_goes_to_everybody_step_by_step(admin):
    rollout = begun()
    shares = []
    for _step in range(4):
        rollout = stepping.advance(rollout, by=admin, why="Looks well.")
        shares.append((rollout.share, told()[0]["coverage"]))
    assert shares == [(500, 0.1), (1000, 0.2), (2500, 0.5), (5000, 1.0)]

    rollout = stepping.advance(rollout, by=admin, why="For all.")

    flag = Flag.objects.get(name="buttons")
    assert (rollout.state, rollout.share) == ("done", 10_000)
    assert (flag.off_value, flag.lifecycle, told()) == (True, "completed", [])
    assert (rollout.experiment.status, rollout.experiment.decision) == ("stopped", "ship")
    assert rollout.experiment.phases.count() == 1
    assert flag.changes.first().act == "solidified"


@pytest.mark.django_db
def test_rolling_back_withdraws_the_value_at_once(alice):
    rollout = stepping.roll_back(begun(), by=alice, why="Buttons are upside down.")

    assert told() == []
    assert (rollout.state, rollout.reason) == ("rolled_back", "Buttons are upside down.")
    assert (rollout.experiment.status, rollout.experiment.decision) == ("stopped", "roll_back")
    with pytest.raises(ValidationError):
        stepping.advance(rollout, by=alice, why="Again.")
    assert begun(flag=Flag.objects.get(name="buttons")).experiment.key == "buttons-rollout-2"


@pytest.mark.django_db
def test_a_held_one_stays_where_it_is_until_it_is_resumed(alice):
    rollout = stepping.hold(begun(), by=alice, why="Over the holidays.")
    assert (rollout.state, told()[0]["coverage"]) == ("held", 0.02)
    with pytest.raises(ValidationError):
        stepping.hold(rollout, by=alice, why="Again.")

    rollout = stepping.resume(rollout, by=alice, why="We are back.")

    assert [step.verdict for step in RolloutStep.objects.order_by("pk")] == ["started", "held", "resumed"]
    assert rollout.state == "running"


@pytest.mark.django_db
def test_each_act_says_why(alice):
    for act in stepping.ACTS.values():
        with pytest.raises(ValidationError) as refused:
            act(begun(flag=builders.new_flag()), by=alice, why=" ")
        assert set(refused.value.message_dict) == {"why"}


@pytest.mark.django_db
def test_of_two_who_advance_it_one_does(alice, bob):
    rollout = begun()
    same = Rollout.objects.get(pk=rollout.pk)
    stepping.advance(rollout, by=alice, why="Looks well.")
    with pytest.raises(ValidationError):
        stepping.advance(same, by=bob, why="Looks well.")
    assert Rollout.objects.get().share == 500


@pytest.mark.django_db
def test_what_a_person_has_held_meanwhile_does_not_go_on_by_itself(alice):
    seen = begun()
    stepping.hold(Rollout.objects.get(pk=seen.pk), by=alice, why="Something is odd.")
    with pytest.raises(ValidationError, match="It is held by now"):
        stepping.advance(seen, by=None, why="Its time is over.")
    assert (Rollout.objects.get().state, Rollout.objects.get().share) == ("held", 100)


@pytest.mark.django_db
@pytest.mark.parametrize(("decision", "state"), [("", "rolled_back"), ("roll_back", "rolled_back")])
def test_what_is_done_to_its_experiment_is_what_becomes_of_it(alice, decision, state):
    rollout = begun()
    stopping.stop(rollout.experiment, by=alice, why="Enough.", decision=decision)
    assert stepping.follow(rollout).state == state
    assert Experiment.objects.get().status == "stopped"


@given(seed=st.text(min_size=1, max_size=8), units=st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_nobody_who_has_it_loses_it_as_it_grows(seed, units):
    """Nor are those moved who are watched without it, until it is there for everybody."""
    for unit in units:
        number = bucket(seed, str(unit), 2)
        assert number is not None
        arms = [
            choose_variation(number, bucket_ranges(2, stepping.covered(round(share * 10_000)) / 10_000, [0.5, 0.5]))
            for share in SHARES[:-1]
        ]
        first = next((place for place, arm in enumerate(arms) if arm >= 0), len(arms))
        assert set(arms[:first]) <= {-1}
        assert len(set(arms[first:])) <= 1
        assert arms[-1] >= 0
