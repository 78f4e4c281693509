import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from experiments.loop import moving, realising
from experiments.loop.board import board
from experiments.models import Holdout, Report
from experiments.running import iterating, stopping
from tests.experiments import builders

pytestmark = pytest.mark.django_db


def reported(experiment, relative: float = 0.08, *, srm: str = "ok", name: str = "Votes") -> Report:
    arm = {"arm": 1, "relative": relative, "relative_ci": [relative - 0.02, relative + 0.02]}
    body = {
        "as_of": "2026-11-21T00:00:00+00:00",
        "health": {"srm": {"status": srm}},
        "arms": [{"index": 0, "key": "control"}, {"index": 1, "key": "treatment"}],
        "metrics": [{"name": name, "version": 1, "role": "primary", "arms": [arm]}],
    }
    return Report.objects.create(experiment=experiment, as_of=timezone.now(), verdict="ship", body=body)


def shipped(relative: float = 0.08, **given):
    experiment = builders.running(**given)
    reported(experiment, relative)
    return stopping.ship(experiment, variation=1, by=None, why="It won.")


def test_an_idea_goes_around_the_loop_and_each_row_names_the_one_before(alice):
    idea = moving.note("Greet newcomers", by=alice, evidence="Half of them leave on day 1.", impact=5, effort=2)
    idea = moving.suppose(idea, hypothesis="If we greet them, they stay.")
    experiment = builders.running(idea=idea, by=alice)
    idea.refresh_from_db()
    assert idea.state == "tested"

    experiment = stopping.stop(experiment, by=alice, why="Full.")
    insight = moving.learn(experiment, text="They stay for an answer, not for a greeting.", by=alice)
    following = moving.note("Answer them within the hour", by=alice, insight=insight)

    idea.refresh_from_db()
    assert idea.state == "closed"
    assert following.insight.experiment.idea == idea


def test_an_insight_keeps_what_was_measured_when_it_was_written(alice):
    insight = moving.learn(shipped(0.08), text="They stay.", by=alice)

    assert insight.effect["relative"] == 0.08
    assert insight.effect["ci"] == pytest.approx([0.06, 0.1])
    assert (insight.effect["metric"], insight.effect["arm"]) == ("Votes", "treatment")


def test_a_mismatch_of_arms_is_evidence_of_nothing(alice):
    experiment = builders.running()
    reported(experiment, srm="fail")

    assert moving.learn(experiment, text="We draw wrongly.", by=alice).effect is None


def test_while_it_runs_an_insight_does_not_close_the_idea(alice):
    idea = moving.note("Greet newcomers", by=alice)

    moving.learn(builders.running(idea=idea), text="Early days.", by=alice)

    idea.refresh_from_db()
    assert idea.state == "tested"


def test_what_is_missing_is_said_by_field(alice):
    idea = moving.note("Greet newcomers", by=alice)
    for act, field in (
        (lambda: moving.suppose(idea, hypothesis=" "), "hypothesis"),
        (lambda: moving.note("", by=alice), "title"),
        (lambda: moving.note("Weigh", by=alice, impact=9), "__all__"),
        (lambda: moving.learn(builders.new_experiment(), text="None yet.", by=alice), "status"),
        (lambda: moving.learn(builders.running(), text="", by=alice), "text"),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert set(refused.value.message_dict) == {field}


def test_what_is_tested_is_no_hypothesis_any_more(alice):
    idea = moving.note("Greet newcomers", by=alice)
    builders.new_experiment(idea=idea)

    with pytest.raises(ValidationError) as refused:
        moving.suppose(idea, hypothesis="Another one.")
    assert set(refused.value.message_dict) == {"state"}


@pytest.mark.parametrize("hypothesis", ["", "If we greet them, they stay."])
def test_an_idea_that_is_opened_again_stands_where_it_stood(alice, hypothesis):
    idea = moving.note("Greet newcomers", by=alice)
    if hypothesis:
        moving.suppose(idea, hypothesis=hypothesis)
    moving.close(idea)

    assert moving.reopen(idea).state == ("hypothesis" if hypothesis else "open")


def test_one_with_an_experiment_is_tested_when_it_is_opened_again(alice):
    idea = moving.note("Greet newcomers", by=alice)
    builders.new_experiment(idea=idea)
    moving.close(idea)

    assert moving.reopen(idea).state == "tested"


def test_the_board_has_each_row_in_its_column(alice, django_assert_num_queries):
    weighed = [moving.note(f"Idea {n}", by=alice, impact=n, effort=1) for n in (2, 5, 3)]
    moving.suppose(weighed[0], hypothesis="If …")
    tested = builders.new_experiment(idea=moving.note("Tested", by=alice))
    insight = moving.learn(shipped(), text="They stay.", by=alice)
    moving.note("Next", by=alice, insight=insight)

    with django_assert_num_queries(5):
        found = board()
        links = [idea.title for one in found.insights for idea in one.ideas.all()]

    assert [idea.title for idea in found.ideas] == ["Idea 5", "Idea 3", "Next"]
    assert [idea.title for idea in found.hypotheses] == ["Idea 2"]
    assert found.tested == [tested]
    assert links == ["Next"]


def test_without_a_later_measurement_nothing_is_realised(alice):
    insight = moving.learn(shipped(), text="They stay.", by=alice)

    assert realising.fill() == 0
    insight.refresh_from_db()
    assert insight.realised is None


def test_a_holdout_that_had_it_tells_what_was_realised(alice):
    experiment = shipped()
    insight = moving.learn(experiment, text="They stay.", by=alice)
    measuring = builders.running(kind="rollout", metrics=[{"version": builders.new_metric(), "role": "guardrail"}])
    reported(measuring, 0.03)
    Holdout.objects.create(key="all", name="All", experiment=measuring, frozen_keys=[experiment.key, "another"])

    assert realising.fill() == 1
    insight.refresh_from_db()
    assert insight.realised["relative"] == 0.03
    assert (insight.realised["by"], insight.realised["key"], insight.realised["experiments"]) == ("holdout", "all", 2)


def test_a_later_experiment_with_the_shipped_value_tells_it_too(alice):
    experiment = shipped()
    insight = moving.learn(experiment, text="They stay.", by=alice)
    again = builders.start(iterating.iterate(experiment, by=alice))
    reported(again, 0.05)
    assert realising.fill() == 0  # while it runs

    stopping.stop(again, by=None, why="Full.")

    assert realising.fill() == 1
    insight.refresh_from_db()
    assert (insight.realised["relative"], insight.realised["key"]) == (0.05, again.key)


def test_another_metric_says_nothing_of_it(alice):
    experiment = shipped()
    moving.learn(experiment, text="They stay.", by=alice)
    again = builders.start(iterating.iterate(experiment, by=alice))
    reported(again, name="Answers")
    stopping.stop(again, by=None, why="Full.")

    assert realising.fill() == 0
