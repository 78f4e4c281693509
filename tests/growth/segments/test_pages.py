"""The pages of segments in the admin."""

import json

import pytest
from django.contrib.auth.models import Permission

from community.desk.models import Act
from events.record import record
from growth.reports.models import Answer
from growth.segments import keeping
from growth.segments.models import Membership, Segment

pytestmark = pytest.mark.django_db
ROOT = "/admin/analytics/segments/"
FORM = {"name": "Quiet helpers", "who": "members", "kind": "refreshed", "0.join": "all", "0-0.what": "event"}
FORM |= {"0-0.event": "answer_posted", "0-0.at_least": "2", "0-1.what": "event", "0-1.not": "1", "0-1.event": "seen"}
FORM |= {"0-1.within_days": "7"}
MEANT = {
    "all": [{"event": "answer_posted", "at_least": 2}, {"not": {"event": "seen", "within_days": 7}}],
}


def test_a_segment_is_built_without_scripts(boss):
    page = boss.get(ROOT + "new/")
    assert 'name="0-0.event"' in page.content.decode()
    more = boss.post(ROOT + "new/", FORM | {"act": "add:0"})
    assert 'name="0-2.event"' in more.content.decode()
    assert not Segment.objects.exists()
    response = boss.post(ROOT + "new/", FORM | {"act": "save"})
    made = Segment.objects.with_version().get()
    assert (response.status_code, response["Location"]) == (302, made.get_absolute_url())
    assert (made.name, made.number, made.definition) == ("Quiet helpers", 1, MEANT)
    assert Act.objects.on(Segment, made.pk).filter(kind="add").exists()


def test_what_is_faulty_is_shown_where_it_is_and_kept(boss):
    page = boss.post(ROOT + "new/", FORM | {"act": "save", "0-0.event": "answer_postd"}).content.decode()
    assert "There is no event “answer_postd”." in page
    assert 'value="answer_postd"' in page
    assert 'value="Quiet helpers"' in page
    assert not Segment.objects.exists()


def test_saving_again_makes_the_next_version_and_shows_what_changed(boss, helpers):
    boss.post(helpers.get_absolute_url() + "edit/", FORM | {"act": "save"})
    page = boss.get(helpers.get_absolute_url()).content.decode()
    assert "Version 2" in page
    assert "<ins>+ " in page
    assert "<del>− did answer_posted</del>" in page


def test_a_segment_that_was_not_touched_stays_in_its_version(boss, helpers):
    form = {"name": "Helpers", "who": "members", "kind": "refreshed", "0.join": "all", "0-0.what": "event"}
    json_form = {"mode": "json", "json": json.dumps({"event": "answer_posted"})}
    boss.post(helpers.get_absolute_url() + "edit/", form | json_form | {"act": "save"})
    assert helpers.versions.count() == 1


def test_the_count_and_a_sample_are_computed_in_the_background(boss, alice, answer_all, helpers, refresh):
    record("answer_posted", unit=alice.pk)
    refresh(helpers)
    form = {"who": "members", "0.join": "all", "0-0.what": "event", "0-0.event": "answer_posted"}
    assert "Counting…" in boss.post(ROOT + "preview/", form).content.decode()
    answer_all()
    page = boss.post(ROOT + "preview/", form).content.decode()
    assert "1 person" in page
    assert "alice" in page
    assert "Helpers" in page
    assert "Counting…" not in page


def test_the_people_of_a_preview_are_those_it_counted(boss, alice, bob, answer_all, helpers, refresh):
    for unit in (alice.pk, bob.pk):
        record("topic_started", unit=unit)
    record("answer_posted", unit=alice.pk)
    refresh(helpers)
    asked = {"definition": json.dumps({"event": "topic_started"}), "who": "members"}
    for cell, expected in (({}, [alice.pk, bob.pk]), ({"overlap": "helpers"}, [alice.pk]), ({"overlap": "no"}, [])):
        address = "/admin/analytics/segment/people/"
        boss.get(address, asked | {"cell": json.dumps(cell)})
        answer_all()
        assert Answer.objects.latest("pk").persons == expected


def test_the_people_behind_a_number_become_a_segment(boss, alice, bob, refresh):
    for unit in (alice.pk, bob.pk):
        record("topic_started", unit=unit)
    asked = {"definition": json.dumps({"event": "topic_started"}), "who": "members"}
    form = {"name": "Starters", "kind": "segment", "params": json.dumps(asked), "cell": "{}"}
    response = boss.post(ROOT + "from-people/", form)
    segment = Segment.objects.get()
    assert response["Location"] == segment.get_absolute_url()
    refresh(segment)
    assert (segment.kind, segment.size, segment.error) == ("static", 2, "")
    page = boss.get(segment.get_absolute_url()).content.decode()
    assert "the people behind a number" in page
    assert boss.get(segment.get_absolute_url() + "edit/").status_code == 302


@pytest.mark.parametrize(
    "broken",
    [{"kind": "no-such"}, {"kind": "timeline"}, {"params": "{"}, {"params": "[]"}, {"cell": "7"}, {"name": ""}],
)
def test_a_list_of_people_that_no_page_of_ours_made_is_refused(boss, broken):
    form = {"name": "X", "kind": "segment", "params": '{"definition": "{}"}', "cell": "{}"}
    assert boss.post(ROOT + "from-people/", form | broken).status_code == 404
    assert not Segment.objects.exists()


def test_pages_cost_few_queries(boss, helpers, refresh, alice, bob, django_assert_max_num_queries):
    for member in (alice, bob):
        record("answer_posted", unit=member.pk)
    refresh(helpers, keeping.create("Others", definition={"event": "active"}, by=None))
    for address, most in ((ROOT, 5), (helpers.get_absolute_url(), 12), (helpers.get_absolute_url() + "people/", 8)):
        with django_assert_max_num_queries(most):
            assert boss.get(address).status_code == 200


def test_who_looks_at_the_people_is_in_the_audit(boss, helpers, refresh, alice):
    record("answer_posted", unit=alice.pk)
    refresh(helpers)
    assert "alice" in boss.get(helpers.get_absolute_url() + "people/").content.decode()
    assert Act.objects.on(Segment, helpers.pk).filter(verb="see_people").exists()


def test_a_segment_is_deleted_by_its_key_typed(boss, helpers, refresh, alice):
    record("answer_posted", unit=alice.pk)
    refresh(helpers)
    boss.post(helpers.get_absolute_url() + "delete/", {"key": "helper"})
    assert Segment.objects.exists()
    boss.post(helpers.get_absolute_url() + "delete/", {"key": "helpers"})
    assert not Segment.objects.exists()
    assert not Membership.objects.exists()


def test_pages_are_for_staff_who_may(client_of, member_named, helpers, client):
    addresses = [ROOT, ROOT + "new/", helpers.get_absolute_url(), helpers.get_absolute_url() + "people/"]
    reader = member_named("reader", is_staff=True)
    mere = client_of(reader)
    assert [mere.get(address).status_code for address in addresses] == [403] * 4
    assert client.get(ROOT).status_code == 302
    reader.user_permissions.set(Permission.objects.filter(codename__in=["view_answer", "view_segment"]))
    assert [client_of(reader).get(address).status_code for address in addresses] == [200, 403, 200, 403]
    for act in ("refresh/", "delete/"):
        assert client_of(reader).post(helpers.get_absolute_url() + act).status_code == 403
