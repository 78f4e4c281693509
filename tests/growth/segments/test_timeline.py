"""What one person did, in order."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from community.desk.models import Act
from community.members.models import Member
from events import visitors
from events.engine import reading
from events.engine.snapshot import File, take
from events.models import Event
from events.record import epoch_us, record
from growth.reports.models import Answer
from growth.segments import belongings
from growth.segments.timeline import reading as one_by_one
from growth.segments.timeline.kind import TimelineKind
from tests import builders

pytestmark = pytest.mark.django_db
ROOT = "/admin/analytics/people/"


def asked(**given):
    form = TimelineKind.form({name: str(value) for name, value in given.items()})
    assert form.is_valid(), form.errors
    return {name: str(value) if name == "as_of" else value for name, value in form.cleaned_data.items()}


def told(**given):
    with reading() as reader:
        return one_by_one.answer(asked(**given), reader)


def names(result):
    return [event["name"] for event in result["events"]]


@pytest.fixture
def at():
    start = timezone.now().replace(microsecond=0) - timedelta(days=3)
    return lambda hours: start + timedelta(hours=hours)


def test_events_are_told_newest_first_and_those_at_once_by_the_later_written(alice, bob, at):
    Event.objects.all().delete()
    for name, hour in (("searched", 2), ("page_viewed", 1), ("signed_in", 2)):
        record(name, unit=alice.pk, at=at(hour))
    record("searched", unit=bob.pk, at=at(1))
    assert names(told(person=alice.pk)) == ["signed_in", "searched", "page_viewed"]


def test_they_are_filtered_by_name_and_time(alice, at):
    Event.objects.all().delete()
    for hour in range(4):
        record("searched" if hour % 2 else "page_viewed", unit=alice.pk, at=at(hour))
    assert names(told(person=alice.pk, names="searched")) == ["searched"] * 2
    found = told(person=alice.pk, since=at(1).isoformat(), until=at(3).isoformat())
    assert [event["epoch_us"] for event in found["events"]] == [epoch_us(at(2)), epoch_us(at(1))]


def test_pages_follow_one_another_without_gap_or_double(alice, at, monkeypatch):
    Event.objects.all().delete()
    monkeypatch.setattr(one_by_one, "SIZE", 3)
    for hour in (0, 0, 0, 0, 1, 1, 2):
        record("searched", unit=alice.pk, at=at(hour))
    seen, after = [], ""
    while True:
        page = told(person=alice.pk, after=after)
        seen += [event["id"] for event in page["events"]]
        if not (after := page["after"]):
            break
    assert seen == list(Event.objects.order_by("-epoch_us", "-id").values_list("id", flat=True))


def test_a_member_has_what_they_did_before_they_signed_up(alice, at):
    Event.objects.all().delete()
    visitors.link(77, member=alice.pk, at=at(1))
    record("page_viewed", unit=-77, at=at(0))
    record("searched", unit=alice.pk, at=at(2))
    found = told(person=alice.pk)
    assert names(found) == ["searched", "page_viewed"]
    assert found["visitors"] == [77]
    assert names(told(person=-77)) == []


def test_staff_have_timelines_too(member_named, at):
    staff = member_named("staffer", is_staff=True)
    assert "signed_up" in names(told(person=staff.pk))


def test_only_files_that_may_hold_the_person_are_read(alice):
    snapshot = take()
    files = (
        File("low", 0, 1, True, 1, 10),
        File("mine", 0, 1, True, 5, alice.pk + 5),
        File("old", 0, 1, False, -80, -70),
    )
    whole = type(snapshot)(files, snapshot.tail, snapshot.links, snapshot.staff)
    pruned = one_by_one._pruned(whole, [alice.pk])
    assert [file.path for file in pruned.files if file.path != "low"] == ["mine"]
    assert [file.path for file in one_by_one._pruned(whole, [alice.pk + 100, -75]).files] == ["old"]
    assert set(pruned.tail["unit"].to_pylist()) == {alice.pk}


def test_the_page_shows_events_facts_and_where_they_lead(boss, alice, answer_all):
    topic = builders.question(alice)
    page = boss.get(f"{ROOT}{alice.pk}/").content.decode()
    assert "The events are being read." in page
    answer_all()
    page = boss.get(f"{ROOT}{alice.pk}/").content.decode()
    assert "topic_started" in page
    assert f'href="{topic.get_absolute_url()}"' in page
    assert "how they joined" in page
    assert Act.objects.on(Member, alice.pk).filter(verb="see_timeline").count() == 1


def test_a_visitor_who_became_a_member_leads_there(boss, alice):
    visitors.link(77, member=alice.pk, at=timezone.now())
    assert boss.get(f"{ROOT}-77/")["Location"] == f"{ROOT}{alice.pk}/"
    assert boss.get(f"{ROOT}-78/").status_code == 200
    assert boss.get(f"{ROOT}987654/").status_code == 404
    assert boss.get(f"{ROOT}0/").status_code == 404


def test_a_bad_filter_is_told_and_asks_nothing(boss, alice):
    page = boss.get(f"{ROOT}{alice.pk}/", {"names": "nope", "since": "soon"}).content.decode()
    assert "There is no event “nope”." in page
    assert not Answer.objects.exists()


def test_it_takes_a_permission_of_its_own_and_no_other_page_tells_it(boss, client_of, member_named, alice):
    reader = member_named("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__in=["view_answer", "view_member"]))
    assert client_of(reader).get(f"{ROOT}{alice.pk}/").status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_timeline"))
    assert client_of(reader).get(f"{ROOT}{alice.pk}/").status_code == 200
    assert boss.get("/admin/analytics/timeline/", {"person": alice.pk}).status_code == 404
    assert boss.get("/api/v1/analytics/timeline/", {"person": alice.pk}).status_code == 404


def test_a_member_who_leaves_takes_computed_timelines_along(boss, alice, answer_all):
    boss.get(f"{ROOT}{alice.pk}/")
    answer_all()
    assert str(alice.pk) in json.dumps(Answer.objects.get().params)
    belongings.forget(alice)
    assert not Answer.objects.exists()


def test_the_members_page_in_the_admin_leads_there(boss, alice):
    response = boss.get(f"/admin/members/member/{alice.pk}/timeline/")
    assert response["Location"] == f"{ROOT}{alice.pk}/"
