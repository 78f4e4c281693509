"""Votes, acceptances, bookmarks and bounties out of a dump, and the points they give."""

from datetime import UTC, date, datetime

import pytest

from community.forum import accepting
from community.forum.models import Bookmark, Bounty, Post, Topic, Vote
from community.members.models import Member
from community.points.models import Entry, PointsDay
from community.points.verifying import verify
from tests.imports.dumps import run

pytestmark = pytest.mark.django_db


def granted(member: int, *, rules: str | None = None) -> list[tuple[str, int]]:
    """The entries of an imported member but for the first, in order."""
    rows = Entry.objects.filter(member__imported_id=member).exclude(rule__name="joined").order_by("pk")
    return list(rows.values_list("rule__name", "granted"))


def points(member: int) -> int:
    return Member.objects.get(imported_id=member).points


def test_votes_come_without_voters_at_the_start_of_their_day(dump):
    question = dump.question()
    up = dump.vote(question, 2, "2018-03-05")
    down = dump.vote(question, 3, "2018-03-06")
    run(dump.write())
    found = Vote.objects.order_by("pk").values_list("imported_id", "value", "member", "created_at")
    assert list(found) == [
        (up, 1, None, datetime(2018, 3, 5, tzinfo=UTC)),
        (down, -1, None, datetime(2018, 3, 6, tzinfo=UTC)),
    ]


def test_no_vote_is_older_than_its_post(dump):
    ada = dump.user()
    dump.vote(dump.question(ada), day="2018-03-02")
    run(dump.write())
    born = datetime(2018, 3, 2, 10, 0, 0, 500000, tzinfo=UTC)
    assert Vote.objects.get().created_at == born
    assert Entry.objects.get(rule__name="question_upvoted").at == born


@pytest.mark.parametrize(("rules", "question_up"), [("stackexchange", 10), ("stackexchange-2018", 5), ("default", 10)])
def test_votes_give_what_the_rule_set_says_and_nothing_extra(dump, rules, question_up):
    ada = dump.user()
    question = dump.question(ada)
    answer = dump.answer(question, ada)
    for post, kind in ((question, 2), (question, 3), (answer, 2), (answer, 3)):
        dump.vote(post, kind)
    run(dump.write(), "--rules", rules)
    expected = [("question_upvoted", question_up), ("question_downvoted", -2)]
    assert granted(ada) == [*expected, ("answer_upvoted", 10), ("answer_downvoted", -2)]
    assert points(ada) == 1 + question_up + 6
    assert set(Entry.objects.values_list("rule__set__name", flat=True)) == {rules}


def test_without_rules_named_the_active_set_holds(dump):
    ada = dump.user()
    dump.vote(dump.question(ada))
    run(dump.write())
    assert set(Entry.objects.values_list("rule__set__active", flat=True)) == {True}


def test_upvotes_of_a_day_are_capped_and_nothing_else_is(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    question = dump.question(bob)
    answer = dump.answer(question, ada)
    next(row for row in dump.rows["Posts"] if row["Id"] == question)["AcceptedAnswerId"] = answer
    for _ in range(22):
        dump.vote(answer, 2)
    dump.vote(answer, 1)
    dump.vote(answer, 3)
    dump.vote(answer, 2, "2018-03-06")
    run(dump.write())
    amounts = [amount for _rule, amount in granted(ada)]
    assert amounts == [10] * 20 + [0, 0, 15, -2, 10]
    assert points(ada) == 1 + 200 + 15 - 2 + 10


def test_the_cap_cuts_in_the_order_of_the_dump(dump):
    """Under the rules of 2018 the order decides which vote is cut to the rest."""
    ada = dump.user()
    question = dump.question(ada)
    answer = dump.answer(question, ada)
    dump.vote(question)
    for _ in range(20):
        dump.vote(answer)
    run(dump.write(), "--rules", "stackexchange-2018")
    assert [amount for _rule, amount in granted(ada)] == [5] + [10] * 19 + [5]


def test_the_day_of_a_cap_is_that_of_the_site(dump, settings):
    settings.TIME_ZONE = "America/New_York"
    ada = dump.user()
    dump.vote(dump.question(ada), day="2018-03-05")
    run(dump.write())
    assert Entry.objects.get(rule__name="question_upvoted").day == date(2018, 3, 4)


def test_an_acceptance_gives_both_their_points_at_the_day_of_its_vote(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    question = dump.question(ada, AcceptedAnswerId=100)
    dump.answer(question, bob, Id=100)
    dump.vote(100, 1, "2018-03-09")
    report = run(dump.write())
    assert (granted(bob), granted(ada)) == ([("answer_accepted", 15)], [("accepted_answer", 2)])
    topic = Topic.objects.get()
    assert topic.accepted.imported_id == 100
    assert topic.accepted_at == datetime(2018, 3, 9, tzinfo=UTC)
    assert report["created"]["accepts"] == 1


def test_an_acceptance_without_its_vote_is_as_old_as_the_answer(dump):
    dump.answer(dump.question(AcceptedAnswerId=100), Id=100)
    run(dump.write())
    assert Topic.objects.get().accepted_at == datetime(2018, 3, 3, 12, tzinfo=UTC)


def test_the_vote_alone_accepts_nothing(dump):
    dump.vote(dump.answer(dump.question()), 1)
    report = run(dump.write())
    assert Topic.objects.get().accepted is None
    assert report["created"]["accepts"] == 0


def test_ones_own_acceptance_gives_nothing(dump):
    ada = dump.user()
    dump.answer(dump.question(ada, AcceptedAnswerId=100), ada, Id=100)
    run(dump.write())
    assert granted(ada) == []


def test_who_accepts_the_answer_of_somebody_gone_gets_their_two_points(dump):
    ada = dump.user()
    dump.answer(dump.question(ada, AcceptedAnswerId=100), 99, Id=100)
    run(dump.write())
    assert granted(ada) == [("accepted_answer", 2)]


def test_a_community_post_earns_nothing(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    wiki = {"CommunityOwnedDate": "2018-04-01T00:00:00"}
    question = dump.question(ada, AcceptedAnswerId=100, **wiki)
    dump.answer(question, bob, Id=100, **wiki)
    for post in (question, 100):
        dump.vote(post)
    run(dump.write())
    assert (granted(ada), granted(bob)) == ([], [])
    assert set(Post.objects.values_list("wiki", "score")) == {(True, 1)}


def test_points_count_on_the_boards_of_category_and_tags(dump):
    ada = dump.user()
    question = dump.question(ada, Tags="<gates><qubit>")
    dump.vote(question)
    dump.vote(question, 3)
    run(dump.write())
    topic = Topic.objects.get()
    scopes = {"site", f"category:{topic.category_id}", *(f"tag:{pk}" for pk in topic.tag_ids)}
    assert set(PointsDay.objects.values_list("scope", "day", "points")) == {
        (scope, date(2018, 3, 5), 8) for scope in scopes
    }


def test_everyone_starts_with_one_point_that_no_board_counts(dump):
    ada = dump.user()
    run(dump.write())
    entry = Entry.objects.get()
    assert (entry.rule.name, entry.granted, entry.day) == ("joined", 1, date(2018, 3, 1))
    assert points(ada) == 1
    assert not PointsDay.objects.exists()


def test_the_ledger_proves_right(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    question = dump.question(ada, AcceptedAnswerId=100)
    dump.answer(question, bob, Id=100)
    for kind in (2, 2, 3):
        dump.vote(100, kind)
    run(dump.write())
    assert verify().details == []


def test_an_imported_acceptance_can_be_undone_here(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    dump.answer(dump.question(ada, AcceptedAnswerId=100), bob, Id=100)
    run(dump.write())
    accepting.unaccept(Topic.objects.get(), member=Member.objects.get(imported_id=ada))
    assert (points(ada), points(bob)) == (1, 1)


def test_a_favourite_is_a_bookmark_and_a_started_bounty_a_bounty(dump):
    ada = dump.user()
    question = dump.question()
    dump.vote(question, 5, UserId=ada)
    dump.vote(question, 8, UserId=ada, BountyAmount=50)
    report = run(dump.write())
    assert Bookmark.objects.get().created_at == datetime(2018, 3, 5, tzinfo=UTC)
    assert Bounty.objects.get().amount == 50
    assert (report["created"]["bookmarks"], report["created"]["bounties"]) == (1, 1)
    assert granted(ada) == []


def test_votes_that_are_none_are_skipped_by_their_kind_first(dump):
    question = dump.question()
    dump.vote(question, 16)
    dump.vote(999, 10)
    dump.vote(999, 2)
    dump.vote(999, 5, UserId=77)
    dump.vote(question, 5, UserId=77)
    dump.vote(question, 8)
    report = run(dump.write())
    assert report["skipped"] == {
        "site_user": 1,
        "unknown_post": 2,
        "unknown_user": 2,
        "vote_type_10": 1,
        "vote_type_16": 1,
    }
