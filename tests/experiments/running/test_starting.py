import pytest
from django.core.exceptions import ValidationError

from experiments.models import Publication
from experiments.running import starting, stopping
from tests.experiments import builders

pytestmark = pytest.mark.django_db
NO_CONTROL = [
    {**builders.ARMS[0], "weight": 0},
    builders.ARMS[1],
    {"key": "third", "name": "Third", "value": True},
]


def refused_fields(experiment, **given) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        starting.start(experiment, by=None, **given)
    return set(refused.value.message_dict)


def test_a_start_makes_the_first_phase_and_the_last_rule_of_the_flag(alice):
    flag = builders.new_flag()
    flag.rules.create(position=0, value=True)
    variations = [{**builders.ARMS[0], "weight": 3}, builders.ARMS[1]]

    experiment = starting.start(
        builders.new_experiment(flag=flag, variations=variations), by=alice, coverage=2_000, why="Ready."
    )

    phase = experiment.phases.get()
    assert (phase.number, phase.weights, phase.coverage, phase.bucket_version) == (1, [3, 1], 2_000, 0)
    assert experiment.status == "running"
    assert experiment.started_at == phase.started_at
    assert list(flag.rules.values_list("experiment", flat=True)) == [None, experiment.pk]
    change = experiment.changes.first()
    assert (change.act, change.by, change.why) == ("started", alice, "Ready.")
    assert change.before == {"status": "draft", "phase": None}
    assert change.after["phase"]["weights"] == [3, 1]


def test_everybody_is_told_at_once():
    experiment = builders.running("guide")

    body = Publication.objects.get(flag=experiment.flag.name).body
    assert body["rules"][-1]["key"] == "guide"
    assert body["rules"][-1]["phase"] == experiment.phases.get().pk


@pytest.mark.parametrize(
    ("lacks", "field"),
    [
        ({"planned_units": None}, "planned_units"),
        ({"metrics": []}, "metrics"),
        ({"variations": builders.ARMS[:1]}, "variations"),
        ({"variations": [builders.ARMS[0], {**builders.ARMS[1], "weight": 0}]}, "variations"),
        ({"variations": NO_CONTROL}, "variations"),
        ({"variations": [builders.ARMS[0], {**builders.ARMS[1], "value": "yes"}]}, "variations"),
        ({"variations": [builders.ARMS[0], {**builders.ARMS[1], "value": False}]}, "variations"),
        ({"kind": "aa"}, "variations"),
        ({"kind": "rollout"}, "metrics"),
        ({"flag": None}, "flag"),
        ({"fallback_attribute": "id"}, "fallback_attribute"),
    ],
)
def test_what_it_lacks_is_said_by_field(lacks, field):
    assert refused_fields(builders.new_experiment(**lacks)) == {field}


def metrics_of(kind, role, **fields):
    version = builders.new_metric(kind=kind, **fields)
    if role == "primary":
        return [{"version": version, "role": role}]
    return [{"version": builders.new_metric(window_hours=72), "role": "primary"}, {"version": version, "role": role}]


@pytest.mark.parametrize("role", ["primary", "guardrail"])
@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("count", {}),
        ("quantile", {"quantile": 0.9, "window_hours": 24}),
        ("sum", {"cap_share": 0.99, "window_hours": 24}),
    ],
)
def test_what_can_never_be_judged_neither_decides_nor_guards(kind, role, fields):
    assert refused_fields(builders.new_experiment(metrics=metrics_of(kind, role, **fields))) == {"metrics"}


def test_what_is_only_read_may_be_of_all_so_far():
    experiment = builders.new_experiment(metrics=metrics_of("count", "secondary"))

    assert starting.start(experiment, by=None).status == "running"


def test_a_rollout_is_guarded_by_all_so_far_but_not_by_what_has_no_sums():
    guards = [{"version": builders.new_metric(), "role": "guardrail"}]
    rollout = {"kind": "rollout", "planned_units": None}
    assert starting.start(builders.new_experiment(metrics=guards, **rollout), by=None).status == "running"

    quantile = builders.new_metric(kind="quantile", quantile=0.9, window_hours=24)
    guards = [{"version": quantile, "role": "guardrail"}]
    assert refused_fields(builders.new_experiment(metrics=guards, **rollout)) == {"metrics"}


def test_all_that_it_lacks_is_said_at_once():
    experiment = builders.new_experiment(planned_units=None, metrics=[], variations=[])

    assert refused_fields(experiment) == {"planned_units", "metrics", "variations"}


@pytest.mark.parametrize("state", [{"killed_at": builders.days_ago(0)}, {"lifecycle": "archived"}, {"kind": "string"}])
def test_a_flag_that_cannot_ask_is_refused(state):
    experiment = builders.new_experiment()
    type(experiment.flag).objects.filter(pk=experiment.flag_id).update(**state)

    assert refused_fields(experiment) <= {"flag", "variations"}


def test_a_flag_that_is_live_nowhere_is_refused():
    flag = builders.new_flag()
    flag.environments.clear()

    assert refused_fields(builders.new_experiment(flag=flag)) == {"flag"}


def test_values_fit_the_schema_of_the_flag():
    flag = builders.new_flag(kind="number", off_value=1, on_value=2, schema={"maximum": 10})
    arms = [{**builders.ARMS[0], "value": 1}, {**builders.ARMS[1], "value": 11}]

    assert refused_fields(builders.new_experiment(flag=flag, variations=arms)) == {"variations"}


def test_an_a_a_test_has_one_value():
    arms = [builders.ARMS[0], {**builders.ARMS[1], "value": False}]

    assert builders.running(kind="aa", variations=arms).status == "running"


def test_one_at_a_time_runs_on_a_flag_without_a_layer():
    flag = builders.new_flag()
    first = builders.running(flag=flag)
    second = builders.new_experiment(flag=flag)
    assert refused_fields(second) == {"flag"}

    stopping.stop(first, by=None, why="Done.")

    assert starting.start(second, by=None).status == "running"


def test_two_run_on_a_flag_whose_layer_keeps_them_apart():
    flag = builders.new_flag(layer=builders.new_layer())
    first = builders.running(flag=flag, share=4_000)
    second = builders.running(flag=flag, share=5_000)

    ranges = sorted((lease.low, lease.high) for one in (first, second) for lease in one.leases.all())
    assert ranges[0][1] <= ranges[1][0]
    assert [high - low for low, high in ranges] in ([4_000, 5_000], [5_000, 4_000])


def test_what_a_layer_has_not_left_is_refused():
    flag = builders.new_flag(layer=builders.new_layer())
    builders.running(flag=flag, share=6_000)

    assert refused_fields(builders.new_experiment(flag=flag), share=5_000) == {"share"}


@pytest.mark.parametrize("share", [None, 0, 10_001])
def test_in_a_layer_its_share_is_said(share):
    flag = builders.new_flag(layer=builders.new_layer())

    assert refused_fields(builders.new_experiment(flag=flag), share=share) == {"share"}


def test_without_a_layer_there_is_nothing_to_share():
    assert refused_fields(builders.new_experiment(), share=100) == {"share"}


def test_units_are_those_its_layer_divides():
    flag = builders.new_flag(layer=builders.new_layer(hash_attribute="visitor"))

    assert refused_fields(builders.new_experiment(flag=flag), share=100) == {"hash_attribute"}


@pytest.mark.parametrize("coverage", [0, -1, 10_001])
def test_coverage_is_a_share(coverage):
    assert refused_fields(builders.new_experiment(), coverage=coverage) == {"coverage"}


def test_what_was_refused_left_nothing_behind():
    experiment = builders.new_experiment(flag=builders.new_flag(layer=builders.new_layer()))

    refused_fields(experiment)

    experiment.refresh_from_db()
    assert experiment.status == "draft"
    assert not experiment.phases.exists()
    assert not experiment.rules.exists()
    assert experiment.changes.count() == 1


def test_it_starts_once():
    assert refused_fields(builders.running()) == {"status"}
