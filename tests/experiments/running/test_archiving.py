from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from experiments.running import archiving, changing, iterating, starting, stopping
from tests.experiments import builders

pytestmark = pytest.mark.django_db


def stopped(**given):
    return stopping.stop(builders.running(**given), by=None, why="Done.")


def test_the_archive_keeps_what_was_learned(alice):
    experiment = stopped()

    with time_machine.travel(experiment.measured_until + timedelta(seconds=1)):
        experiment = archiving.archive(experiment, learnings="Newcomers want examples.", by=alice)

    assert experiment.status == "archived"
    assert experiment.archived_at
    assert type(experiment).objects.filter(words="examples").get() == experiment
    assert experiment.changes.first().act == "archived"


def test_it_is_not_archived_before_its_windows_close():
    with pytest.raises(ValidationError) as refused:
        archiving.archive(stopped(), learnings="Too soon.", by=None)

    assert set(refused.value.message_dict) == {"status"}


@pytest.mark.parametrize("learnings", ["", "  \n"])
def test_it_is_not_archived_without_a_word(learnings):
    with pytest.raises(ValidationError) as refused:
        archiving.archive(stopped(), learnings=learnings, by=None)

    assert set(refused.value.message_dict) == {"learnings"}


def test_what_runs_is_not_archived():
    with pytest.raises(ValidationError) as refused:
        archiving.archive(builders.running(), learnings="Still going.", by=None)

    assert set(refused.value.message_dict) == {"status"}


def test_an_iteration_has_the_set_up_and_names_its_parent(alice):
    experiment = builders.running("guide", hypothesis="If we guide, they stay.", condition={"country": "CN"})

    copy = iterating.iterate(experiment, by=alice)

    assert (copy.key, copy.parent, copy.status, copy.owner) == ("guide-2", experiment, "draft", alice)
    assert (copy.hypothesis, copy.condition) == (experiment.hypothesis, experiment.condition)
    assert list(copy.variations.values("key", "value")) == list(experiment.variations.values("key", "value"))
    assert list(copy.metrics.values("version", "role")) == list(experiment.metrics.values("version", "role"))
    assert not copy.phases.exists()


def test_iterations_are_counted_on():
    first = builders.new_experiment("guide")
    second = iterating.iterate(first, by=None)

    third = iterating.iterate(second, by=None, hypothesis="Shorter.")

    assert (third.key, third.parent, third.hypothesis) == ("guide-3", second, "Shorter.")


def test_an_iteration_is_read_by_the_version_its_parent_was_read_by():
    experiment = builders.new_experiment("guide")
    version = experiment.metrics.get().version
    version.metric.versions.create(number=2, kind="count", events="vote_cast", window_hours=1)

    assert iterating.iterate(experiment, by=None).metrics.get().version == version


def test_a_draft_is_discarded_with_a_reason_and_its_history_stays(alice):
    draft = archiving.discard(builders.new_experiment("guide"), by=alice, why="Asked before.")

    assert (draft.status, bool(draft.discarded_at)) == ("draft", True)
    newest = draft.changes.first()
    assert (newest.act, newest.by, newest.why, [*newest.after]) == (
        "discarded",
        alice,
        "Asked before.",
        ["discarded_at"],
    )
    assert iterating.iterate(draft, by=alice).discarded_at is None


@pytest.mark.parametrize("act", ["start", "change", "discard"])
def test_what_is_discarded_stays_as_it_was(act):
    draft = archiving.discard(builders.new_experiment(), by=None, why="Asked before.")

    with pytest.raises(ValidationError) as refused:
        {
            "start": lambda: starting.start(draft, by=None),
            "change": lambda: changing.change(draft, by=None, name="Again"),
            "discard": lambda: archiving.discard(draft, by=None, why="Twice."),
        }[act]()

    assert set(refused.value.message_dict) == {"status"}


def test_only_drafts_are_discarded_and_only_with_a_reason():
    with pytest.raises(ValidationError) as running:
        archiving.discard(builders.running(), by=None, why="Not wanted.")
    with pytest.raises(ValidationError) as unsaid:
        archiving.discard(builders.new_experiment(), by=None, why=" ")

    assert (set(running.value.message_dict), set(unsaid.value.message_dict)) == ({"status"}, {"why"})
