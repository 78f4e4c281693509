"""The moderators' queue, suspensions and log in the admin."""

import pytest
from django.urls import reverse

from community.forum.models import LogEntry
from community.moderation import cases, flagging, suspending
from community.moderation.models import Flag, Suspension
from tests import builders

QUEUE = "admin:moderation_queue"


@pytest.fixture
def moderator(client_of, mod):
    return client_of(mod)


@pytest.fixture
def answer(alice, bob):
    return builders.answer(builders.question(alice, title="What to buy?"), bob, body="Buy <shoes> now.")


def flag(thing, reason: str = "spam", note: str = "") -> Flag:
    return flagging.flag(thing, member=builders.trusted(points=40), reason=reason, note=note)


def test_each_flagged_thing_stands_once_with_reasons_text_and_its_authors_history(moderator, answer, alice, bob, mod):
    flagging.agree(flag(builders.answer(answer.topic, bob)), by=mod)
    for reason in ("spam", "spam", "rude"):
        flag(answer, reason, note="See the link." if reason == "rude" else "")
    flag(builders.comment(builders.opening(answer.topic), alice))
    page = moderator.get(reverse(QUEUE)).content.decode()
    assert "2 posts and comments wait for a decision." in page
    assert page.index("2 × Spam") < page.index("1 × Rude or abusive")
    assert "What to buy?" in page
    assert "See the link." in page
    assert "posts: 2; flags agreed with: 1; suspensions: 0" in page


def test_the_most_flagged_comes_first(answer, alice):
    other = builders.opening(answer.topic)
    flag(other)
    flag(answer)
    flag(answer)
    assert [case.thing for case in cases.waiting()] == [answer, other]


@pytest.mark.parametrize("verdict", ["hide", "delete", "agree", "decline"])
def test_a_verdict_settles_the_case(moderator, answer, verdict):
    case = flag(answer)
    reply = moderator.post(reverse("admin:moderation_judge", args=[case.pk]), {"verdict": verdict, "reason": "Ads"})
    assert reply["Location"] == reverse(QUEUE)
    case.refresh_from_db()
    answer.refresh_from_db()
    assert case.state == ("declined" if verdict == "decline" else "agreed")
    assert (bool(answer.hidden_at), bool(answer.deleted_at)) == (verdict == "hide", verdict == "delete")
    assert "Nothing waits." in moderator.get(reverse(QUEUE)).content.decode()


def test_an_unknown_verdict_or_a_mere_look_decides_nothing(moderator, answer):
    case = flag(answer)
    address = reverse("admin:moderation_judge", args=[case.pk])
    moderator.post(address, {"verdict": "behead"})
    moderator.get(address)
    case.refresh_from_db()
    assert case.state == "open"


def test_the_queue_costs_the_same_for_one_and_for_many(moderator, alice, django_assert_max_num_queries):
    topic = builders.question(alice)
    for n in range(5):
        flag(builders.answer(topic, builders.member(f"author{n}")))
    moderator.get(reverse(QUEUE))
    with django_assert_max_num_queries(12):
        moderator.get(reverse(QUEUE))


def test_a_moderator_suspends_by_name_for_a_term_and_lifts(moderator, bob, mod):
    address = reverse("admin:moderation_suspension_add")
    assert 'value="bob"' in moderator.get(address, {"username": "bob"}).content.decode()
    moderator.post(address, {"username": "Bob", "reason": "Insults", "days": "30"})
    made = Suspension.objects.get()
    days = (made.until - made.created_at).total_seconds() / 86400
    assert (made.member, made.by, round(days)) == (bob, mod, 30)
    action = {"action": "lift", "_selected_action": [made.pk]}
    moderator.post(reverse("admin:moderation_suspension_changelist"), action)
    bob.refresh_from_db()
    assert not bob.suspended


def test_the_admins_page_of_a_member_leads_to_the_form(client_of, admin, bob):
    client = client_of(admin)
    page = client.get(reverse("admin:members_member_change", args=[bob.pk])).content.decode()
    link = reverse("admin:members_member_suspend", args=[bob.pk])
    assert link in page
    assert client.get(link)["Location"] == reverse("admin:moderation_suspension_add") + "?username=bob"


@pytest.mark.parametrize("username", ["mod", "nobody"])
def test_the_form_says_who_cannot_be_suspended(moderator, username):
    form = {"username": username, "reason": "Insults", "days": "7"}
    assert moderator.post(reverse("admin:moderation_suspension_add"), form).status_code == 200
    assert not Suspension.objects.exists()


def test_the_log_tells_all_and_cannot_be_written(moderator, bob, mod):
    suspending.suspend(bob, by=mod, reason="Insults to carol", until=bob.date_joined.replace(year=2099))
    page = moderator.get(reverse("admin:forum_logentry_changelist")).content.decode()
    assert "Insults to carol" in page
    entry = LogEntry.objects.get()
    change = reverse("admin:forum_logentry_change", args=[entry.pk])
    assert moderator.post(change, {"reason": "Nothing"}).status_code == 403
    assert moderator.post(reverse("admin:forum_logentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403


def test_moderators_see_their_room_and_no_other(moderator):
    page = moderator.get(reverse("admin:index")).content.decode()
    assert reverse("admin:moderation_flag_changelist") in page
    assert reverse("admin:members_member_changelist") not in page
    assert moderator.get(reverse("admin:members_member_changelist")).status_code == 403


def test_staff_who_do_not_moderate_and_members_stay_out(client_of, member_named, alice):
    staff = client_of(member_named("staff", is_staff=True))
    assert staff.get(reverse(QUEUE)).status_code == 403
    assert staff.get(reverse("admin:moderation_flag_changelist")).status_code == 403
    assert client_of(alice).get(reverse(QUEUE)).status_code == 302
