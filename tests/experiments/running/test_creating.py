import pytest
from django.core.exceptions import ValidationError

from experiments.models import ExperimentChange
from experiments.running import changing
from tests.experiments import builders

pytestmark = pytest.mark.django_db


def test_a_new_experiment_is_a_draft_with_its_variations_in_order_and_an_owner(alice):
    experiment = builders.new_experiment("guide", by=alice)

    assert experiment.status == "draft"
    assert experiment.owner == alice
    assert list(experiment.variations.values_list("index", "key", "weight")) == [(0, "control", 1), (1, "treatment", 1)]


def test_who_made_it_and_what_it_was_is_kept(alice):
    experiment = builders.new_experiment("guide", by=alice, hypothesis="If we guide, they stay.")

    change = ExperimentChange.objects.get(experiment=experiment)
    assert (change.act, change.by, change.before) == ("created", alice, None)
    assert change.after["hypothesis"] == "If we guide, they stay."
    assert [row["key"] for row in change.after["variations"]] == ["control", "treatment"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"key": "Not a key"}, "key"),
        ({"alpha": 0.7}, "__all__"),
        ({"hash_attribute": "x" * 41}, "hash_attribute"),
        ({"condition": {"country": {"$near": "CN"}}}, "condition"),
        ({"variations": [{"key": "a", "name": "A"}, {"key": "a", "name": "B"}]}, "variations"),
        ({"variations": [{"key": "a", "name": ""}]}, "variations"),
        ({"metrics": [{"version": 987654321, "role": "primary"}]}, "metrics"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_name_of_its_field(given, field):
    with pytest.raises(ValidationError) as refused:
        builders.new_experiment(**given)

    assert set(refused.value.message_dict) == {field}


def test_a_key_is_taken_once():
    builders.new_experiment("guide")

    with pytest.raises(ValidationError) as refused:
        builders.new_experiment("guide")
    assert set(refused.value.message_dict) == {"key"}


@pytest.mark.parametrize("roles", [("primary", "primary"), ("primary", "secondary")])
def test_a_metric_is_there_once_and_one_is_primary(roles):
    first = builders.new_metric()
    second = builders.new_metric() if roles[1] == "primary" else first

    with pytest.raises(ValidationError) as refused:
        builders.new_experiment(
            metrics=[{"version": first, "role": roles[0]}, {"version": second.pk, "role": roles[1]}]
        )
    assert set(refused.value.message_dict) == {"metrics"}


def test_a_margin_is_of_a_guardrail():
    with pytest.raises(ValidationError) as refused:
        builders.new_experiment(metrics=[{"version": builders.new_metric(), "role": "primary", "margin": 0.1}])

    assert set(refused.value.message_dict) == {"metrics"}


def test_of_a_draft_everything_may_change(alice):
    experiment = builders.new_experiment("guide")
    metric = builders.new_metric("stays")

    experiment = changing.change(
        experiment,
        by=alice,
        planned_units=50,
        variations=[*builders.ARMS, {"key": "third", "name": "Third", "value": True}],
        metrics=[{"version": metric, "role": "primary"}],
    )

    assert experiment.planned_units == 50
    assert experiment.variations.count() == 3
    change = experiment.changes.first()
    assert (change.act, change.by) == ("changed", alice)
    assert set(change.after) == {"planned_units", "variations", "metrics"}
    assert change.before["planned_units"] == 1000


def test_what_changes_nothing_leaves_no_trace():
    experiment = builders.new_experiment("guide")

    changing.change(experiment, by=None, name=experiment.name)

    assert experiment.changes.count() == 1


@pytest.mark.parametrize(
    "field", ["planned_units", "hypothesis", "alpha", "condition", "hash_attribute", "team", "key"]
)
def test_what_it_asks_and_how_it_is_decided_stays_once_it_runs(field):
    experiment = builders.running()

    with pytest.raises(ValidationError) as refused:
        changing.change(experiment, by=None, **{field: None})
    assert set(refused.value.message_dict) == {field}


def test_variations_stay_once_it_runs():
    with pytest.raises(ValidationError) as refused:
        changing.change(builders.running(), by=None, variations=[])

    assert set(refused.value.message_dict) == {"variations"}


def test_a_running_one_may_get_another_name_and_more_secondary_metrics():
    experiment = builders.running()
    kept = list(experiment.metrics.values("version", "role", "margin"))
    added = {"version": builders.new_metric(), "role": "secondary"}

    experiment = changing.change(experiment, by=None, name="Another", metrics=[*kept, added])

    assert experiment.name == "Another"
    assert list(experiment.metrics.values_list("role", flat=True)) == ["primary", "secondary"]


@pytest.mark.parametrize("role", ["guardrail", "primary"])
def test_by_what_a_running_one_is_decided_stays(role):
    """Guardrails share one error rate: another one would change that of all."""
    experiment = builders.running()

    with pytest.raises(ValidationError) as refused:
        changing.change(experiment, by=None, metrics=[{"version": builders.new_metric(), "role": role}])
    assert set(refused.value.message_dict) == {"metrics"}
