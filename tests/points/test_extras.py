"""The five rules that `default` adds: when they give, how often, and that other sets know nothing of them."""

from datetime import UTC, datetime, timedelta

import pytest

from community.points import extras, ledger
from community.points.models import Entry, Habit

NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)


def day(number):
    return NOON + timedelta(days=number)


def test_only_the_first_post_of_all_gives_five(alice, total):
    assert extras.first_post(alice.pk, source=("post", 1)).granted == 5
    extras.first_post(alice.pk, source=("post", 2))

    assert total(alice) == 6


def test_the_third_and_later_days_in_a_row_give_one_each(alice):
    assert [bool(extras.active(alice.pk, at=day(n))) for n in range(5)] == [False, False, True, True, True]


def test_many_acts_of_a_day_give_one_point(alice, total):
    for number in (0, 1, 2, 2, 2):
        extras.active(alice.pk, at=day(number))

    assert total(alice) == 2


def test_a_day_without_an_act_starts_the_streak_anew(alice):
    acts = [0, 1, 3, 4, 5]
    assert [bool(extras.active(alice.pk, at=day(n))) for n in acts] == [False, False, False, False, True]


def test_an_act_told_late_neither_breaks_nor_makes_a_streak(alice):
    for number in (0, 1):
        extras.active(alice.pk, at=day(number))
    assert extras.active(alice.pk, at=day(-3)) is None

    assert extras.active(alice.pk, at=day(2)).granted == 1


def test_the_days_of_a_streak_are_the_sites(alice, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    evening = datetime(2026, 4, 10, 15, 30, tzinfo=UTC)  # 23:30 there
    acts = [evening, evening + timedelta(hours=1), evening + timedelta(hours=25)]

    assert [bool(extras.active(alice.pk, at=at)) for at in acts] == [False, False, True]


def test_the_fifth_different_topic_of_a_day_gives_one(alice, total):
    given = [bool(extras.topic_read(alice.pk, topic, at=NOON)) for topic in (1, 2, 2, 3, 4, 4, 5, 6, 7, 1)]

    assert given == [False] * 6 + [True] + [False] * 3
    assert total(alice) == 2


def test_topics_are_counted_a_day_at_a_time(alice):
    for topic in (1, 2, 3, 4):
        assert extras.topic_read(alice.pk, topic, at=day(0)) is None
    assert extras.topic_read(alice.pk, 5, at=day(1)) is None
    for topic in (1, 2, 3):
        assert extras.topic_read(alice.pk, topic, at=day(1)) is None

    assert extras.topic_read(alice.pk, 4, at=day(1)).granted == 1


def test_reading_and_streaks_share_a_row_without_harm(alice):
    extras.topic_read(alice.pk, 1, at=day(0))
    for number in range(3):
        extras.active(alice.pk, at=day(number))
    extras.topic_read(alice.pk, 2, at=day(0))

    habit = Habit.objects.get(member=alice)
    assert (habit.streak, habit.read_topics, habit.read_day) == (3, [1, 2], day(0).date())


def test_a_visitor_brought_by_a_share_counts_once_and_ten_of_a_day(alice, total):
    for visitor in [*range(12), 3, 4]:
        extras.share_brought(alice.pk, visitor_id=visitor, source=("post", 1), at=NOON)
    assert total(alice) == 11

    extras.share_brought(alice.pk, visitor_id=99, source=("post", 1), at=day(1))
    assert total(alice) == 12


def test_shares_and_votes_have_rooms_of_their_own(alice, give, total):
    for visitor in range(12):
        extras.share_brought(alice.pk, visitor_id=visitor, source=("post", 1), at=NOON)
        give(alice, at=NOON)
        give(alice, at=NOON)

    assert total(alice) == 1 + 10 + 200


def test_an_invited_member_who_stays_gives_twenty_five_once(alice, bob, total):
    for _week in range(2):
        extras.invited_active(alice.pk, invited_id=bob.pk)
    assert total(alice) == 26

    ledger.reverse(f"invited_active:{bob.pk}")
    assert total(alice) == 1


@pytest.mark.parametrize("name", ["stackexchange", "stackexchange-2018"])
def test_other_sets_give_nothing_for_them(alice, bob, rule_set, name):
    rule_set(name)
    extras.first_post(alice.pk, source=("post", 1))
    for number in range(4):
        extras.active(alice.pk, at=day(number))
    for topic in range(6):
        extras.topic_read(alice.pk, topic)
    extras.share_brought(alice.pk, visitor_id=1, source=("post", 1))
    extras.invited_active(alice.pk, invited_id=bob.pk)

    assert Entry.objects.filter(member=alice).count() == 1
