from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from community.points import ledger, rules
from community.points.models import Entry, PointsDay, Rule

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
POINTS = {
    "question_upvoted": 10,
    "answer_upvoted": 10,
    "post_upvoted": 10,
    "question_downvoted": -2,
    "answer_downvoted": -2,
    "post_downvoted": -2,
    "answer_accepted": 15,
    "accepted_answer": 2,
    "downvoted_answer": -1,
    "first_post": 5,
    "streak": 1,
    "topics_read": 1,
    "share": 1,
    "invited_active": 25,
}
CAPS = {"question_upvoted": 200, "answer_upvoted": 200, "post_upvoted": 200, "share": 10}


def days(member, scope="site"):
    return dict(PointsDay.objects.filter(member=member, scope=scope).values_list("day", "points"))


def test_a_member_starts_with_one_point_that_no_board_counts(alice, total):
    entry = Entry.objects.get(member=alice)

    assert (entry.rule.name, entry.granted, entry.at) == ("joined", 1, alice.date_joined)
    assert total(alice) == 1
    assert days(alice) == {}


@pytest.mark.parametrize(("rule", "points"), POINTS.items())
def test_a_rule_awards_and_its_reversal_takes_all_back(alice, give, total, rule, points):
    entry = give(alice, rule, at=NOON, key="act")
    assert (entry.raw, entry.granted, total(alice)) == (points, points, 1 + points)

    back = ledger.reverse("act")
    assert (back.raw, back.granted, back.reversal_of, total(alice)) == (-points, -points, entry, 1)
    assert days(alice) == {NOON.date(): 0}


@pytest.mark.parametrize(("rule", "points"), POINTS.items())
def test_a_rule_is_capped_a_day_or_not_at_all(alice, give, total, rule, points):
    acts = 2 + CAPS.get(rule, 50) // max(points, 1)
    for _act in range(acts):
        give(alice, rule, at=NOON)

    assert total(alice) == 1 + (CAPS[rule] if rule in CAPS else acts * points)


def test_rules_of_one_pool_share_their_cap_and_others_stand_beside_it(alice, give, total):
    for rule in ["question_upvoted", "answer_upvoted", "post_upvoted"] * 7:
        give(alice, rule, at=NOON)
    give(alice, "answer_accepted", at=NOON)
    give(alice, "answer_downvoted", at=NOON)

    assert total(alice) == 1 + 200 + 15 - 2
    assert give(alice, at=NOON).granted == 0  # what others took or gave leaves no room
    assert give(alice, at=NOON + timedelta(days=1)).granted == 10


def test_reversing_below_a_full_cap_frees_exactly_the_room_that_nobody_fills(alice, give, total):
    keys = [f"vote:{n}" for n in range(22)]
    for key in keys:
        give(alice, at=NOON, key=key)

    assert [ledger.reverse(key).granted for key in keys[:4]] == [0, 0, -10, -10]
    assert total(alice) == 1 + 180
    assert give(alice, at=NOON).granted == 10


def test_a_reversal_counts_on_the_day_and_boards_of_the_original(alice, give):
    give(alice, at=NOON, key="vote", scopes=["tag:7", "category:3", "tag:7"])
    back = ledger.reverse("vote", at=NOON + timedelta(days=40))

    assert (back.day, back.scopes, back.pool) == (NOON.date(), ["category:3", "tag:7"], "votes")
    assert days(alice) == days(alice, "tag:7") == days(alice, "category:3") == {NOON.date(): 0}


def test_a_key_stands_once_and_may_be_given_again_after_its_reversal(alice, give, total):
    first = give(alice, key="vote:1:2")
    assert give(alice, key="vote:1:2") == first

    ledger.reverse("vote:1:2")
    assert ledger.reverse("vote:1:2") is None
    again = give(alice, key="vote:1:2")
    assert (again.key, total(alice)) == ("vote:1:2#2", 11)

    ledger.reverse("vote:1:2")
    assert give(alice, key="vote:1:2").key == "vote:1:2#3"
    assert give(alice, key="vote:1:20").key == "vote:1:20"


def test_withdrawing_takes_the_standing_award_of_a_rule_and_source(alice, bob, give, total):
    accepted = {"source": ("post", 5)}
    give(alice, "answer_accepted", key="accept:5", **accepted)
    give(bob, "accepted_answer", key="accepter:5", **accepted)

    assert ledger.withdraw("answer_accepted", member_id=alice.pk, source=("post", 5)).granted == -15
    assert ledger.withdraw("answer_accepted", member_id=alice.pk, source=("post", 5)) is None
    assert (total(alice), total(bob)) == (1, 3)


def test_a_rule_that_is_off_or_absent_awards_nothing(alice, give, total, rule_set):
    rules.revise(Rule.objects.active().get(name="answer_accepted"), points=0)
    assert give(alice, "answer_accepted") is None

    rule_set("stackexchange")
    assert give(alice, "first_post") is None
    assert total(alice) == 1


def test_the_sets_differ_in_an_upvoted_question(alice, give, rule_set):
    rule_set("stackexchange-2018")
    assert give(alice, "question_upvoted").granted == 5
    assert give(alice, "answer_upvoted").granted == 10


def test_a_revised_rule_holds_from_then_on(alice, give):
    old = give(alice, at=NOON)
    rules.revise(old.rule, points=20, pool="votes", cap=200)

    assert give(alice, at=NOON).granted == 20
    assert give(alice, at=NOON).rule.version == 2
    old.refresh_from_db()
    assert (old.granted, old.rule.version) == (10, 1)


def test_days_are_those_of_the_site(alice, give, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    late = datetime(2026, 3, 10, 15, 59, tzinfo=UTC)

    assert give(alice, at=late).day == date(2026, 3, 10)
    assert give(alice, at=late + timedelta(minutes=1)).day == date(2026, 3, 11)


def test_a_balance_never_falls_below_one(alice, give):
    give(alice, "answer_downvoted", key="down")
    alice.refresh_from_db()
    assert (alice.points_total, alice.points) == (-1, 1)

    ledger.reverse("down")
    alice.refresh_from_db()
    assert (alice.points_total, alice.points) == (1, 1)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_the_ledger(alice, change):
    entries = Entry.objects.filter(member=alice)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entries.update(granted=100) if change == "update" else entries._raw_delete(entries.db)


def test_the_database_refuses_to_edit_a_version_of_a_rule(db):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Rule.objects.filter(name="streak").update(points=9)


def test_the_database_refuses_a_second_reversal(alice, give):
    give(alice, key="vote")
    back = ledger.reverse("vote")
    back.pk, back.key = None, "again"
    with pytest.raises(IntegrityError), transaction.atomic():
        back.save(force_insert=True)
