"""A definition is checked field by field, and another one is another version."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from events.collecting.programs import declare
from experiments.metrics.defining import archive, change, define, restore
from experiments.models import Metric, MetricVersion

pytestmark = pytest.mark.django_db
COUNT = {"kind": "count", "events": "answer_posted"}


def faults(key="asked", name="Asked", **definition) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        define(key, name=name, by=None, **definition)
    return set(refused.value.message_dict)


def test_a_new_metric_has_its_first_version_and_is_its_makers(alice):
    version = define("answers", name="Answers", by=alice, **COUNT, window_hours=168)

    assert (version.number, version.kind, version.created_by) == (1, "count", alice)
    assert version.metric.owner == alice
    assert version.steps == (frozenset({"answer_posted"}),)


@pytest.mark.parametrize(
    "definition",
    [
        {"kind": "count", "events": "active"},
        {"kind": "sum", "events": "vote_received|vote_cast", "where": {"value": {"$gt": 0}}, "cap_share": 0.99},
        {"kind": "conversion", "events": "signed_up", "window_hours": 24},
        {"kind": "retention", "events": "active|page_viewed", "day": 7},
        {"kind": "quantile", "events": "topic_read", "quantile": 0.9, "window_hours": 24},
        {"kind": "funnel", "events": "topic_read, answer_posted|reply_posted, bookmarked", "window_hours": 48},
        {"kind": "time", "events": "answer_received", "window_hours": 48, "cap": 3600},
    ],
)
def test_each_kind_can_be_said(definition):
    assert define("one", name="One", by=None, **definition).pk


@pytest.mark.parametrize(
    ("definition", "fields"),
    [
        ({"kind": "count", "events": "answer_psoted"}, {"events"}),
        ({"kind": "count", "events": "answer_posted|"}, {"events"}),
        ({"kind": "count", "events": ""}, {"events"}),
        ({"kind": "count", "events": "topic_read,answer_posted"}, {"events"}),
        ({"kind": "funnel", "events": "topic_read"}, {"events"}),
        ({"kind": "funnel", "events": ",".join(["topic_read"] * 9)}, {"events"}),
        ({"kind": "funnel", "events": "topic_read,,shared"}, {"events"}),
        ({"kind": "mean", "events": "active"}, {"kind"}),
        (COUNT | {"window_hours": 0}, {"window_hours"}),
        (COUNT | {"window_hours": 366 * 24}, {"window_hours"}),
        (COUNT | {"day": 3}, {"day"}),
        (COUNT | {"quantile": 0.5}, {"quantile"}),
        (COUNT | {"interference": "rain"}, {"interference"}),
        ({"kind": "retention", "events": "active"}, {"day"}),
        ({"kind": "retention", "events": "active", "day": 0}, {"day"}),
        ({"kind": "retention", "events": "active", "day": 3, "window_hours": 24}, {"window_hours"}),
        ({"kind": "retention", "events": "active", "day": 3, "cap": 2, "cap_share": 0.9}, {"cap", "cap_share"}),
        ({"kind": "quantile", "events": "active"}, {"quantile"}),
        ({"kind": "quantile", "events": "active", "quantile": 1}, {"quantile"}),
        ({"kind": "ratio", "events": "active"}, {"denominator"}),
        (COUNT | {"cap": 0}, {"cap"}),
        (COUNT | {"cap": float("nan")}, {"cap"}),
        (COUNT | {"cap_share": 1.5}, {"cap_share"}),
        (COUNT | {"cap": 3, "cap_share": 0.9}, {"cap_share"}),
        (COUNT | {"where": ["value"]}, {"where"}),
        (COUNT | {"where": {"colour": "red"}}, {"where"}),
        (COUNT | {"events": "nothing", "day": 3}, {"events", "day"}),
    ],
)
def test_what_cannot_be_measured_is_told_by_field(definition, fields):
    assert faults(**definition) == fields
    assert not Metric.objects.filter(key="asked").exists()


def test_a_key_is_had_once_and_is_a_word():
    define("answers", name="Answers", by=None, **COUNT)
    assert faults("answers", **COUNT) == {"key"}
    assert faults("An answer", **COUNT) == {"key"}
    assert faults(name="", **COUNT) == {"name"}


def test_events_that_a_program_declared_count_and_have_their_properties():
    declare("lesson_done", owner="app:lms", properties=["score"])
    where = {"properties.score": {"$gte": 8}}

    assert define("lessons", name="Lessons", by=None, kind="count", events="lesson_done", where=where).pk
    assert faults(kind="count", events="answer_posted", where=where) == {"where"}


def test_a_ratio_is_divided_by_one_number_of_each_unit_measured_as_long():
    week = {"window_hours": 168}
    tries = define("tries", name="Tries", by=None, **COUNT, **week)
    refused = {"kind": "ratio", "events": "submit_failed"}
    rate = define("rate", name="Rate", by=None, denominator=tries, **refused, **week)
    time = define("time", name="Time", by=None, kind="time", events="active", **week)

    assert faults(denominator=tries, **refused) == {"denominator"}  # another window
    assert faults(denominator=rate, **refused, **week) == {"denominator"}
    assert faults(denominator=time, **refused, **week) == {"denominator"}
    with pytest.raises(ValidationError) as fault:
        change(tries.metric, by=None, kind="ratio", denominator=tries)
    assert set(fault.value.message_dict) == {"denominator"}


def test_a_change_is_the_next_version_and_the_old_one_stays(alice, bob):
    first = define("answers", name="Answers", by=alice, **COUNT)
    second = change(first.metric, by=bob, window_hours=24)

    assert (second.number, second.window_hours, second.created_by) == (2, 24, bob)
    assert second.events == "answer_posted"
    assert MetricVersion.objects.get(pk=first.pk).window_hours is None
    assert Metric.objects.with_newest().get(key="answers").newest_id == second.pk


def test_what_says_the_same_is_no_new_version():
    first = define("answers", name="Answers", by=None, **COUNT)
    assert change(first.metric, by=None, events="answer_posted", where={}) == first


def test_a_change_is_checked_as_a_whole():
    first = define("answers", name="Answers", by=None, **COUNT)
    with pytest.raises(ValidationError) as refused:
        change(first.metric, by=None, kind="retention")
    assert set(refused.value.message_dict) == {"day"}
    assert first.metric.versions.count() == 1


def test_an_archived_metric_is_offered_no_more_and_not_changed_until_it_is_restored():
    metric = define("answers", name="Answers", by=None, **COUNT).metric
    archive(metric)
    assert not Metric.objects.living().filter(pk=metric.pk).exists()
    with pytest.raises(ValidationError):
        change(metric, by=None, window_hours=24)

    restore(metric)
    assert change(metric, by=None, window_hours=24).number == 2


def test_a_definition_has_no_other_fields():
    with pytest.raises(TypeError, match="colour"):
        define("answers", name="Answers", by=None, **COUNT, colour="red")


def test_the_database_refuses_to_rewrite_a_version():
    version = define("answers", name="Answers", by=None, **COUNT)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MetricVersion.objects.filter(pk=version.pk).update(window_hours=1)


@pytest.mark.parametrize(
    ("definition", "hours", "unit"),
    [
        (COUNT, None, "number"),
        (COUNT | {"window_hours": 36}, 36, "number"),
        ({"kind": "retention", "events": "active", "day": 7}, 8 * 24, "share"),
        ({"kind": "time", "events": "active", "window_hours": 5}, 5, "seconds"),
        ({"kind": "conversion", "events": "active"}, None, "share"),
    ],
)
def test_a_version_says_when_a_unit_is_final_and_how_values_are_shown(definition, hours, unit):
    version = define("one", name="One", by=None, **definition)
    assert version.matures_after == hours or version.matures_after.total_seconds() == hours * 3600
    assert version.unit == unit
    assert version.is_share is (unit == "share")
