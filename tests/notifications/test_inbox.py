"""The inbox: grouped, paged, read by looking; nothing of what one may no longer read."""

import pytest
from django.urls import reverse
from django.utils import timezone

from community.forum.models import Category
from community.notifications import inbox, reading, telling, views
from community.notifications.models import Notification
from tests import builders

INBOX = "/inbox/"


@pytest.fixture
def asked(alice):
    return builders.question(alice, title="Why <b>so</b> slow?")


def lines(member) -> list[str]:
    rows = Notification.objects.of(member.pk).newest_first().select_related("actor")
    return [group.sentence for group in inbox.grouped(member, rows)]


def test_answers_to_one_question_stand_together(alice, bob, carol, asked):
    other = builders.question(alice, title="And why is that?")
    for author in (bob, carol, builders.member("dora")):
        builders.answer(asked, author)
    builders.answer(other, bob)
    assert lines(alice) == [
        "bob answered <b>And why is that?</b>",
        "dora and 2 others answered <b>Why &lt;b&gt;so&lt;/b&gt; slow?</b>",
    ]


def test_two_are_both_named_and_one_who_answers_twice_is_named_once(alice, bob, carol, asked):
    for author in (bob, carol, bob):
        builders.answer(asked, author)
    assert lines(alice) == ["bob and carol answered <b>Why &lt;b&gt;so&lt;/b&gt; slow?</b>"]


def test_read_and_unread_do_not_stand_together(alice, bob, carol, asked):
    builders.answer(asked, bob)
    reading.mark_all_read(alice)
    builders.answer(asked, carol)
    assert [line.split()[0] for line in lines(alice)] == ["carol", "bob"]


def test_moderators_are_not_named(alice, mod, asked):
    telling.tell("moderated", to=[alice.pk], actor=mod, source=("post", builders.opening(asked).pk))
    telling.tell("moderated", to=[alice.pk], actor=mod, source=("member", alice.pk))
    assert lines(alice)[0] == "A moderator changed the standing of your account"
    assert lines(alice)[1].startswith("A moderator acted on what you wrote in <b>Why")


def test_the_title_of_what_one_may_no_longer_read_is_not_told(alice, bob, client_of, asked):
    post = builders.answer(asked, bob, body="The answer is secret.")
    Category.objects.update(readers="moderators")
    page = client_of(alice).get(INBOX).content.decode()
    assert "bob answered something that is no longer available" in page
    assert "so slow" not in page.replace("Waiting for an answer", "")
    assert "secret" not in page
    answer = client_of(alice).get(reverse("notifications:open", args=[Notification.objects.get().pk]))
    assert answer["Location"] == INBOX
    assert post.pk


def test_the_page_shows_the_excerpt_and_the_unread_count(alice, bob, client_of, asked):
    builders.answer(asked, bob, body="Because of *entropy* & friends.")
    page = client_of(alice).get(INBOX).content.decode()
    assert "Because of entropy &amp; friends." in page
    assert ">1 unread<" in page


def test_following_a_notification_leads_to_its_source_and_reads_the_group(alice, bob, carol, client_of, asked):
    builders.answer(asked, bob)
    last = builders.answer(asked, carol)
    builders.comment(builders.opening(asked), builders.trusted("dora", points=100))
    newest = Notification.objects.get(source_kind="post", source_id=last.pk, member=alice)
    answer = client_of(alice).get(reverse("notifications:open", args=[newest.pk]))
    assert answer["Location"] == last.get_absolute_url()
    assert [row.kind for row in Notification.objects.of(alice.pk).unread()] == ["commented"]


def test_another_members_notification_cannot_be_followed_or_read(alice, bob, client_of, asked):
    builders.answer(asked, bob)
    row = Notification.objects.get(member=alice)
    assert client_of(bob).get(reverse("notifications:open", args=[row.pk])).status_code == 404
    client_of(bob).post(reverse("notifications:read"), {"id": row.pk})
    row.refresh_from_db()
    assert row.read_at is None


def test_opening_the_topic_reads_its_notifications(alice, bob, client_of, asked):
    builders.answer(asked, bob)
    assert inbox.unread_count(alice) == 1
    client_of(alice).get(asked.get_absolute_url())
    assert inbox.unread_count(alice) == 0


def test_one_or_all_are_marked_as_read_without_script(alice, bob, carol, client_of, asked):
    telling.tell("followed", to=[alice.pk], actor=bob, source=("member", bob.pk))
    telling.tell("followed", to=[alice.pk], actor=carol, source=("member", carol.pk))
    builders.answer(asked, bob)
    client, first = client_of(alice), Notification.objects.order_by("pk").first()
    assert client.post(reverse("notifications:read"), {"id": [first.pk, "x"]})["Location"] == INBOX
    assert inbox.unread_count(alice) == 2
    client.post(reverse("notifications:read"), {"all": "yes"})
    assert inbox.unread_count(alice) == 0


def test_only_unread_ones_are_shown_when_asked(alice, bob, carol, client_of):
    telling.tell("followed", to=[alice.pk], actor=bob, source=("member", bob.pk))
    reading.mark_all_read(alice)
    telling.tell("followed", to=[alice.pk], actor=carol, source=("member", carol.pk))
    page = client_of(alice).get(INBOX, {"show": "unread"}).content.decode()
    assert "carol follows you" in page
    assert "bob follows you" not in page


def test_an_empty_inbox_says_what_will_come(alice, client_of):
    client = client_of(alice)
    assert "Nothing here yet." in client.get(INBOX).content.decode()
    assert "You have read everything." in client.get(INBOX, {"show": "unread"}).content.decode()


def test_older_ones_are_on_the_next_page_each_once(alice, client_of, monkeypatch, db):
    monkeypatch.setattr(views, "PAGE", 4)
    names = [f"follower{n}" for n in range(10)]
    for name in names:
        follower = builders.member(name)
        telling.tell("followed", to=[alice.pk], actor=follower, source=("member", follower.pk))
    client, seen, after = client_of(alice), [], None
    for _page in range(3):
        answer = client.get(INBOX, {"after": after} if after else {})
        seen += [row.actor.username for group in answer.context["groups"] for row in group.rows]
        after = answer.context["after"]
    assert seen == names[::-1]
    assert after is None


def test_the_badge_counts_to_99_and_asks_no_more_than_one_query(alice, client_of, django_assert_num_queries):
    now = timezone.now()
    rows = [
        Notification(member=alice, kind="followed", source_kind="member", source_id=n, created_at=now)
        for n in range(150)
    ]
    Notification.objects.bulk_create(rows)
    with django_assert_num_queries(1):
        assert inbox.unread_count(alice) == 100
    assert ">99+<" in client_of(alice).get(reverse("notifications:unread")).content.decode()


def test_the_inbox_costs_the_same_for_one_and_for_many(alice, bob, client_of, asked, django_assert_max_num_queries):
    for n in range(6):
        author = builders.member(f"m{n}")
        builders.answer(builders.question(alice, title=f"Question {n}: what is it?"), author)
        telling.tell("followed", to=[alice.pk], actor=author, source=("member", author.pk))
    client = client_of(alice)
    client.get(INBOX)
    with django_assert_max_num_queries(10):
        client.get(INBOX)


def test_strangers_are_asked_to_sign_in(client, db):
    for name in ("list", "unread"):
        assert client.get(reverse(f"notifications:{name}")).status_code == 302
