import pytest
from django.core.exceptions import ValidationError

from experiments.models import Publication
from experiments.running import ramping, stopping
from tests.experiments import builders

pytestmark = pytest.mark.django_db


def told(experiment) -> dict:
    return Publication.objects.get(flag=experiment.flag.name).body["rules"][-1]


def test_more_traffic_keeps_the_phase_and_its_seed(alice):
    experiment = builders.running(coverage=1_000)
    before = told(experiment)

    phase = ramping.ramp(experiment, coverage=5_000, by=alice, why="Nothing broke.")

    assert (phase.number, phase.coverage) == (1, 5_000)
    assert told(experiment) == {**before, "coverage": 0.5}
    change = experiment.changes.first()
    assert (change.act, change.why) == ("ramped", "Nothing broke.")
    assert (change.before["phase"]["coverage"], change.after["phase"]["coverage"]) == (1_000, 5_000)


def test_less_traffic_begins_a_new_phase_and_says_why():
    experiment = builders.running(coverage=5_000)
    with pytest.raises(ValidationError) as refused:
        ramping.ramp(experiment, coverage=100, by=None)
    assert set(refused.value.message_dict) == {"why"}

    phase = ramping.ramp(experiment, coverage=100, by=None, why="Support is busy.")

    assert (phase.number, phase.coverage, phase.reason) == (2, 100, "Support is busy.")
    assert experiment.phases.get(number=1).ended_at == phase.started_at


def test_a_restart_draws_all_units_anew():
    experiment = builders.running(coverage=5_000)
    first = experiment.phases.get()

    phase = ramping.restart(experiment, by=None, why="A bug in the treatment is fixed.", weights=[1, 3])

    assert phase.seed != first.seed
    assert (phase.number, phase.weights, phase.bucket_version, phase.coverage) == (2, [1, 3], 1, 5_000)
    rule = told(experiment)
    assert (rule["phase"], rule["seed"], rule["bucketVersion"]) == (phase.pk, phase.seed, 1)
    assert rule["weights"] == [0.25, 0.75]


@pytest.mark.parametrize("weights", [[1], [0, 1], [1, -1], [1, 1, 1]])
def test_weights_are_of_the_variations(weights):
    with pytest.raises(ValidationError) as refused:
        ramping.restart(builders.running(), by=None, why="Because.", weights=weights)

    assert set(refused.value.message_dict) == {"weights"}


@pytest.mark.parametrize("coverage", [0, 10_001, 3_000])
def test_traffic_that_is_none_or_as_before_is_refused(coverage):
    with pytest.raises(ValidationError) as refused:
        ramping.ramp(builders.running(coverage=3_000), coverage=coverage, by=None)

    assert set(refused.value.message_dict) == {"coverage"}


def test_only_what_runs_is_ramped_or_restarted():
    stopped = stopping.stop(builders.running(), by=None, why="Done.")
    for verb in (
        lambda: ramping.ramp(builders.new_experiment(), coverage=1, by=None),
        lambda: ramping.restart(stopped, by=None, why="Once more."),
    ):
        with pytest.raises(ValidationError) as refused:
            verb()
        assert set(refused.value.message_dict) == {"status"}


def test_a_restart_keeps_a_control():
    third = {"key": "third", "name": "Third", "value": True}
    experiment = builders.running(variations=[*builders.ARMS, third])

    with pytest.raises(ValidationError) as refused:
        ramping.restart(experiment, by=None, why="More of the others.", weights=[0, 1, 1])

    assert set(refused.value.message_dict) == {"weights"}
