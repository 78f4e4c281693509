"""Bulk actions go through the verbs, row by row; what a verb refuses is told, and the others go on."""

import pytest
from django.urls import reverse

from community.desk.audited import MOST_CHOSEN
from community.desk.models import Act
from community.forum import steering
from community.forum.models import LogEntry, Tag, Topic
from community.members.models import Member
from community.moderation.models import Suspension
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(admin, client_of):
    return client_of(admin)


def act(desk, kind: str, action: str, *rows: object, **given: object):
    form = {"action": action, "_selected_action": [row.pk for row in rows], **given}
    return desk.post(reverse(f"admin:{kind}_changelist"), form, follow=True)


def test_a_reason_is_asked_for_before_anything_is_done(desk, alice):
    topic = builders.question(alice)
    page = act(desk, "forum_topic", "close", topic).content.decode()
    assert 'name="reason"' in page
    assert topic.title in page
    assert "This field is required." in act(desk, "forum_topic", "close", topic, confirmed="1").content.decode()
    assert not Act.objects.exists()
    act(desk, "forum_topic", "close", topic, confirmed="1", reason="Too broad")
    topic.refresh_from_db()
    assert topic.close_reason == "Too broad"
    assert LogEntry.objects.get().verb == "close"
    told = Act.objects.get()
    assert (told.verb, told.note, told.changes["close_reason"]) == ("close", "Too broad", ["", "Too broad"])


def test_what_one_row_refuses_is_told_and_the_others_go_on(desk, alice):
    good, bad = builders.question(alice, title="Good one?"), builders.question(alice, title="Merged one?")
    steering.merge(bad, by=Member.objects.get(username="admin"), into=builders.question(alice))
    page = act(desk, "forum_topic", "pin", good, bad).content.decode()
    assert "Merged one?: This topic is no longer here." in page
    assert "1 done." in page
    assert Topic.objects.get(pk=good.pk).pinned_at
    assert set(Act.objects.values_list("kind", "label")) == {("action", good.title), ("refused", bad.title)}


def test_topics_are_moved_unpinned_and_reopened(desk, alice):
    topic, place = builders.question(alice), builders.category("Elsewhere")
    act(desk, "forum_topic", "move", topic, confirmed="1", category=place.pk)
    act(desk, "forum_topic", "close", topic, confirmed="1", reason="Too broad")
    for action in ("reopen", "pin", "unpin"):
        act(desk, "forum_topic", action, topic)
    topic.refresh_from_db()
    assert (topic.category, topic.closed_at, topic.pinned_at) == (place, None, None)
    assert [verb for (verb,) in LogEntry.objects.order_by("pk").values_list("verb")] == [
        *("move", "close", "reopen", "pin", "unpin")
    ]


def test_posts_and_comments_are_hidden_and_shown_again(desk, alice, bob):
    answer = builders.answer(builders.question(alice), bob)
    for kind, thing in (("forum_post", answer), ("forum_comment", builders.comment(answer))):
        act(desk, kind, "hide", thing, confirmed="1", reason="Spam")
        thing.refresh_from_db()
        assert thing.hidden_at
        act(desk, kind, "unhide", thing, confirmed="1")
        thing.refresh_from_db()
        assert thing.hidden_at is None


def test_members_are_suspended_with_reason_and_term_but_for_moderators(desk, alice, bob, mod):
    given = {"confirmed": "1", "reason": "Vote ring", "days": "30"}
    page = act(desk, "members_member", "suspend_chosen", alice, bob, mod, **given).content.decode()
    assert "mod: Moderators and staff cannot be suspended" in page
    assert set(Suspension.objects.values_list("member__username", "reason")) == {
        ("alice", "Vote ring"),
        ("bob", "Vote ring"),
    }
    act(desk, "members_member", "lift_chosen", alice, confirmed="1", reason="Appeal")
    assert not Member.objects.get(pk=alice.pk).suspended


def test_only_superusers_make_moderators_and_it_is_logged(desk, client_of, alice, bob):
    act(desk, "members_member", "appoint", alice)
    assert Member.objects.get(pk=alice.pk).is_moderator
    assert LogEntry.objects.get().verb == "appoint"
    helper = builders.member("helper", is_staff=True, is_moderator=True)
    helper.user_permissions.add(*_permissions("change_member", "view_member"))
    act(client_of(helper), "members_member", "appoint", bob)
    assert not Member.objects.get(pk=bob.pk).is_moderator
    act(desk, "members_member", "dismiss", alice)
    assert not Member.objects.get(pk=alice.pk).is_moderator


def test_staff_do_not_give_themselves_power_nor_change_other_staff(client_of, alice):
    helper, other = builders.member("helper", is_staff=True), builders.member("other", is_staff=True)
    helper.user_permissions.add(*_permissions("change_member", "view_member"))
    desk, inline = client_of(helper), {f"emailaddress_set-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    own = {"username": "helper", "is_active": "on", "is_superuser": "on", "is_moderator": "on"}
    assert desk.post(reverse("admin:members_member_change", args=[helper.pk]), own | inline).status_code == 302
    helper.refresh_from_db()
    assert not helper.is_superuser
    assert not helper.is_moderator
    address = reverse("admin:members_member_change", args=[other.pk])
    assert desk.post(address, {"username": "mine", "email": "me@example.org"} | inline).status_code == 403


def test_tags_become_synonyms_of_a_tag_by_name(desk, alice):
    topic, python = builders.question(alice, tags=["py"]), builders.tag("python")
    py = Tag.objects.get(name="py")
    page = act(desk, "forum_tag", "make_synonym", py, python, confirmed="1", of="Python").content.decode()
    assert "python: A tag is no synonym of itself." in page
    assert Topic.objects.get(pk=topic.pk).tag_ids == [python.pk]
    wrong = act(desk, "forum_tag", "make_synonym", py, confirmed="1", of="nonesuch").content.decode()
    assert "There is no such tag." in wrong


def test_more_rows_than_a_request_can_bear_are_refused(desk):
    Tag.objects.bulk_create(Tag(name=f"tag{n}") for n in range(MOST_CHOSEN + 1))
    tag = Tag.objects.first()
    page = act(desk, "forum_tag", "separate", tag, select_across="1").content.decode()
    assert f"At most {MOST_CHOSEN} at once" in page
    assert not Act.objects.exists()


def test_ids_that_are_none_are_a_bad_request(desk):
    form = {"action": "pin", "_selected_action": ["' OR 1"]}
    assert desk.post(reverse("admin:forum_topic_changelist"), form).status_code == 400


def test_nothing_chosen_does_nothing(desk, alice):
    builders.question(alice)
    act(desk, "forum_topic", "pin")
    assert not Topic.objects.filter(pinned_at__isnull=False).exists()


def test_moderators_act_where_they_may_look_and_nowhere_else(client_of, mod, alice):
    topic = builders.question(alice)
    refused = client_of(mod).post(
        reverse("admin:forum_topic_changelist"), {"action": "pin", "_selected_action": [topic.pk]}
    )
    assert refused.status_code == 403
    assert Topic.objects.get(pk=topic.pk).pinned_at is None


def _permissions(*codenames: str):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=codenames)
