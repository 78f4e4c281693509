"""The registry in the admin: what is seen, what is refused beside its field, what a change leaves as it was."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from community.desk.models import Act
from experiments.metrics import previewing
from experiments.metrics.defining import archive, change, define
from experiments.models import Experiment, ExperimentMetric, Metric, MetricPreview

pytestmark = pytest.mark.django_db

LIST, ADD = reverse("admin:experiments_metric_changelist"), reverse("admin:experiments_metric_add")
NEW = {
    "name": "Lessons",
    "key": "lessons",
    "unit": "number",
    "kind": "count",
    "events": "topic_read",
    "where": '{"value": {"$gt": 30}}',
    "window_hours": "48",
    "higher_is_better": "on",
    "interference": "none",
    "_continue": "1",
}


@pytest.fixture
def desk(admin, client_of):
    return client_of(admin)


@pytest.fixture
def lessons(admin) -> Metric:
    return define("lessons", name="Lessons", by=admin, kind="count", events="topic_read", window_hours=24).metric


def page(metric: Metric, name: str = "change") -> str:
    return reverse(f"admin:experiments_metric_{name}", args=[metric.pk])


def used(metric: Metric, status: str = "draft") -> Experiment:
    at = None if status == "draft" else timezone.now()
    stopped = at if status in ("stopped", "archived") else None
    made = Experiment.objects.create(
        key=f"by-{metric.key}-{status}", name=f"By {status}", status=status, started_at=at, stopped_at=stopped
    )
    ExperimentMetric.objects.create(experiment=made, version=metric.newest, role="secondary")
    return made


def told(response) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def test_the_list_says_what_each_measures_and_how_many_live_experiments_have_it(
    desk, lessons, django_assert_max_num_queries
):
    used(lessons)
    used(lessons, "stopped")
    with django_assert_max_num_queries(14):
        text = desk.get(LIST, {"q": "lessons"}).content.decode()
    for words in ("lessons", "count", "topic_read", "1 day", ">1<"):
        assert words in text


def test_archived_ones_are_listed_apart(desk, lessons):
    archive(lessons)
    assert b"lessons" not in desk.get(LIST, {"q": "lesson", "p": "0"}).content.split(b"<tbody")[-1]
    assert b"Lessons" in desk.get(LIST, {"state": "archived"}).content


def test_a_new_metric_is_its_makers_and_in_the_audit(desk, admin):
    assert desk.post(ADD, NEW).status_code == 302

    metric = Metric.objects.get(key="lessons")
    assert (metric.owner, metric.newest.number, metric.newest.created_by) == (admin, 1, admin)
    assert (metric.newest.where, metric.newest.window_hours) == ({"value": {"$gt": 30}}, 48)
    assert Act.objects.filter(kind="add", model="experiments.metric", object_id=str(metric.pk)).exists()


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"events": "topic_raed"}, {"events"}),
        ({"where": "{value"}, {"where"}),
        ({"where": '{"value": "much"}'}, {"where"}),
        ({"window_hours": "0"}, {"window_hours"}),
        ({"kind": "retention", "day": ""}, {"day"}),
        ({"kind": "ratio"}, {"denominator"}),
        ({"kind": ""}, {"kind"}),
        ({"key": "Le sson"}, {"key"}),
        ({"key": "acts"}, {"key"}),
        ({"cap": "-1", "cap_share": "2"}, {"cap", "cap_share"}),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(desk, wrong, fields):
    response = desk.post(ADD, NEW | wrong)
    assert set(told(response)) == fields
    assert not Metric.objects.filter(name="Lessons").exists()


def test_what_a_kind_has_none_of_is_left_out(desk):
    desk.post(ADD, NEW | {"kind": "retention", "day": "7", "cap": "3", "quantile": "0.5"})
    newest = Metric.objects.get(key="lessons").newest
    assert (newest.day, newest.window_hours, newest.cap, newest.quantile) == (7, None, None, None)


def test_an_edit_of_the_definition_is_a_version_and_experiments_stay_with_theirs(desk, lessons):
    pinned = used(lessons)
    response = desk.post(page(lessons), NEW | {"based_on": "1"}, follow=True)

    assert [(line.version.number, line.uses) for line in response.context["history"]] == [(2, 0), (1, 1)]
    text = response.content.decode()
    assert "1 experiment stays with version 1" in text
    assert pinned.name in text
    assert ("Window", "24", "48") in [
        (name.capitalize(), *rest) for name, *rest in response.context["history"][0].changed
    ]


def test_an_edit_of_the_name_alone_is_no_version(desk, lessons):
    same = {"where": "{}", "window_hours": "24", "based_on": "1", "name": "Lessons read"}
    desk.post(page(lessons), NEW | same)
    lessons.refresh_from_db()
    assert (lessons.name, lessons.versions.count()) == ("Lessons read", 1)


def test_two_who_edit_at_once_do_not_overwrite_each_other(desk, lessons, admin):
    change(lessons, by=admin, window_hours=72)
    response = desk.post(page(lessons), NEW | {"based_on": "1"})
    assert response.context["adminform"].form.non_field_errors()
    assert lessons.newest.window_hours == 72


def test_the_denominator_is_chosen_among_what_may_stand_below(desk, lessons):
    choices = desk.get(ADD).context["adminform"].form.fields["denominator"].queryset
    assert lessons.newest in choices
    assert {version.kind for version in choices} <= {"count", "sum", "conversion", "retention"}


def test_a_form_is_previewed_as_it_stands_and_nothing_is_saved(desk):
    response = desk.post(reverse("admin:experiments_metric_preview_new"), NEW, headers={"HX-Request": "true"})
    assert b"How many topic_read (value &gt; 30) a unit has within 2 days" in response.content
    preview = MetricPreview.objects.get()
    assert preview.is_open
    assert not Metric.objects.filter(key="lessons").exists()

    address = reverse("admin:experiments_metric_previewed", args=[preview.pk])
    assert address.encode() in response.content
    assert b"every 2s" in desk.get(address, headers={"HX-Request": "true"}).content
    nobody = {**dict.fromkeys(("since", "until"), timezone.now().isoformat()), "units": 0, "week": 0}
    MetricPreview.objects.update(state="done", body={**nobody, "bars": [], "mde": [], "prices": []})
    shown = desk.get(address, {"unit": "number"}, headers={"HX-Request": "true"}).content
    assert b"Nobody came in the four weeks" in shown
    assert b"every 2s" not in shown


def test_a_bad_form_is_not_previewed_and_says_why(desk, lessons):
    response = desk.post(page(lessons, "preview"), NEW | {"events": "nothing", "based_on": "1"})
    assert "There is no event “nothing”." in response.content.decode()
    assert not MetricPreview.objects.exists()


def test_a_metric_is_archived_and_restored_with_a_trace(desk, lessons):
    assert desk.post(page(lessons, "archive")).status_code == 302
    assert b"Archived on" in desk.get(page(lessons)).content
    assert desk.post(page(lessons), NEW | {"based_on": "1"}).status_code == 403

    desk.post(page(lessons, "restore"))
    lessons.refresh_from_db()
    assert lessons.archived_at is None
    assert Act.objects.filter(verb="experiments_metric_archive").count() == 1


def test_who_may_look_sees_the_definition_in_words_and_changes_nothing(lessons, member_named, client_of):
    reader = member_named("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_metric"))
    client = client_of(reader)

    assert b"How many topic_read a unit has" in client.get(page(lessons)).content
    assert client.get(ADD).status_code == 403
    for name in ("archive", "restore", "preview"):
        assert client.post(page(lessons, name), NEW).status_code == 403
    assert client.post(page(lessons), NEW).status_code == 403


def test_who_may_not_look_sees_nothing(lessons, member_named, client_of):
    client = client_of(member_named("other", is_staff=True))
    asked = previewing.ask(lessons.newest)
    for address in (LIST, page(lessons), reverse("admin:experiments_metric_previewed", args=[asked.pk])):
        assert client.get(address).status_code == 403


def test_no_metric_is_deleted(desk, lessons):
    assert desk.post(page(lessons, "delete"), {"post": "yes"}).status_code == 403
