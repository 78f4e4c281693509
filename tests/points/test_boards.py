"""Live boards in Redis and their fall-back in PostgreSQL show the same."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from community.members.models import Member
from community.nearby import cache
from community.points import ledger, periods
from community.points.boards import live, publishing, standings
from community.points.models import SITE, PointsDay

# A Wednesday. Redis expires keys by its own clock, so the frozen day lies ahead.
NOON = datetime(2093, 11, 18, 12, tzinfo=UTC)
SOURCES = ["redis", "postgresql"]


@pytest.fixture
def cast(member_named):
    return {name: member_named(name) for name in ("ann", "ben", "cho", "dan", "eve")}


@pytest.fixture
def read(cast, settings):
    """The board as (name, points, rank) from Redis, or with Redis away from PostgreSQL."""

    def places(source="redis", period="week", scope=SITE, **terms):
        cache.clear()
        if source == "redis":
            publishing.rebuild()
        else:
            settings.REDIS_DATA_URL = "unix:///nowhere/redis.sock"
        found = standings.read(scope, periods.current(period), **terms)
        assert found.live == (source == "redis")
        return found

    return places


@pytest.fixture
def _noon(time_machine, servers):
    time_machine.move_to(NOON, tick=False)


def named(found):
    names = dict(Member.objects.values_list("pk", "username"))
    return [(names[place.member_id], place.points, place.rank) for place in found.rows]


@pytest.mark.usefixtures("_noon")
@pytest.mark.parametrize("source", SOURCES)
class TestPlaces:
    def test_most_points_first_equal_points_share_a_rank_the_older_member_first(self, source, cast, give, read):
        for name, votes in {"ben": 2, "cho": 1, "ann": 1, "dan": 1, "eve": 3}.items():
            for _vote in range(votes):
                give(cast[name])

        assert named(read(source)) == [("eve", 30, 1), ("ben", 20, 2), ("ann", 10, 3), ("cho", 10, 3), ("dan", 10, 3)]

    def test_a_later_page_goes_on_with_its_ranks(self, source, cast, give, read):
        for name, votes in {"ben": 2, "cho": 1, "ann": 1, "dan": 1, "eve": 3}.items():
            for _vote in range(votes):
                give(cast[name])

        found = read(source, page=2, size=3)
        assert named(found) == [("cho", 10, 3), ("dan", 10, 3)]
        assert found.length == 5

    def test_i_am_told_my_rank_and_what_is_missing_to_the_next(self, source, cast, give, read):
        for name, rule in {"ann": "answer_accepted", "ben": "answer_accepted", "cho": "answer_upvoted"}.items():
            give(cast[name], rule)
        give(cast["ann"], "accepted_answer")

        mine = read(source, member_id=cast["cho"].pk, size=1).mine
        assert (mine.points, mine.rank, mine.gap, mine.next_rank) == (10, 3, 5, 2)
        first = read(source, member_id=cast["ann"].pk, size=1).mine
        assert (first.points, first.rank, first.gap) == (17, 1, None)
        assert read(source, member_id=cast["dan"].pk).mine is None

    @pytest.mark.parametrize(
        ("period", "days"), [("day", [0]), ("week", [0, 2]), ("month", [0, 2, 17]), ("year", [0, 2, 17, 300])]
    )
    def test_a_period_holds_its_days_and_no_others(self, source, period, days, cast, give, read):
        for back in (0, 2, 3, 17, 18, 300, 322, 400):
            give(cast["ann"], at=NOON - timedelta(days=back))

        longest = {"day": 0, "week": 2, "month": 17, "year": 321}[period]
        points = 10 * sum(back <= longest for back in (0, 2, 3, 17, 18, 300, 322, 400))
        assert named(read(source, period)) == [("ann", points, 1)]
        assert named(read(source, "all")) == [("ann", 80, 1)]

    def test_nobody_without_points_is_shown(self, source, cast, give, read):
        give(cast["ann"], "answer_downvoted")
        give(cast["ben"], key="vote")
        ledger.reverse("vote")

        assert read(source).rows == []
        assert read(source, "all", member_id=cast["ann"].pk).mine is None

    @pytest.mark.parametrize(
        "change",
        [
            {"is_staff": True},
            {"is_moderator": True},
            {"is_active": False},
            {"on_boards": False},
            {"suspended_until": NOON + timedelta(days=1)},
        ],
    )
    def test_staff_suspended_and_opted_out_are_left_out(self, source, change, cast, give, read):
        give(cast["ann"])
        give(cast["ben"])
        for field, value in change.items():
            setattr(cast["ann"], field, value)
        cast["ann"].save()

        found = read(source, member_id=cast["ann"].pk)
        assert (named(found), found.mine) == ([("ben", 10, 1)], None)

    def test_a_suspension_that_is_over_no_longer_counts(self, source, cast, give, read):
        give(cast["ann"])
        Member.objects.filter(pk=cast["ann"].pk).update(suspended_until=NOON - timedelta(minutes=1))

        assert named(read(source)) == [("ann", 10, 1)]

    @pytest.mark.parametrize("period", ["day", "week", "all"])
    def test_the_change_is_against_the_board_as_yesterday_left_it(self, source, period, cast, give, read):
        yesterday = NOON - timedelta(days=1)
        for name, votes in {"ann": 3, "ben": 2, "cho": 1}.items():
            for _vote in range(votes):
                give(cast[name], at=yesterday)
        for _vote in range(5):
            give(cast["cho"])
        give(cast["ann"])
        give(cast["dan"])

        found = {place.member_id: place.change for place in read(source, period).rows}
        wanted = {"ann": -1, "cho": 2, "dan": 0}
        assert {name: found[cast[name].pk] for name in wanted} == wanted


@pytest.mark.usefixtures("_noon")
def test_the_first_day_of_a_week_compares_with_the_week_before(cast, give, read, time_machine):
    for name, votes in {"ann": 2, "ben": 1}.items():
        for _vote in range(votes):
            give(cast[name], at=NOON)
    time_machine.move_to(NOON + timedelta(days=5), tick=False)  # Monday
    give(cast["ben"])

    assert [(place.points, place.change) for place in read().rows] == [(10, 1)]


@pytest.mark.usefixtures("_noon")
def test_days_of_boards_are_the_sites(cast, give, read, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    give(cast["ann"], at=datetime(2093, 11, 17, 15, 59, tzinfo=UTC))
    give(cast["ben"], at=datetime(2093, 11, 17, 16, 0, tzinfo=UTC))

    assert named(read(period="day")) == [("ben", 10, 1)]


def test_an_act_shows_on_the_boards_at_once(boards, cast, give, committing):
    with committing():
        give(cast["ann"], key="vote")
    week = periods.current("week")
    assert named(standings.read(SITE, week)) == [("ann", 10, 1)]

    with committing():
        ledger.reverse("vote")
    found = standings.read(SITE, week)
    assert (found.live, found.rows) == (True, [])


def test_while_publishing_is_paused_the_boards_stand_still_and_then_show_all(cast, give, committing):
    publishing.rebuild()
    with publishing.paused():
        with committing():
            give(cast["ann"])
        assert live.scores("all", [cast["ann"].pk]) == [0]
    assert live.scores("all", [cast["ann"].pk]) == [10]


def test_leaving_the_boards_takes_effect_at_once_and_so_does_coming_back(boards, cast, give, committing):
    ann = cast["ann"]
    for on, shown in [(True, [("ann", 10, 1)]), (False, []), (True, [("ann", 10, 1)])]:
        with committing():
            give(ann, key="vote")
            ann.on_boards = on
            ann.save()
        assert named(standings.read(SITE, periods.current("all"))) == shown


def test_what_an_older_look_at_the_ledger_says_is_dropped(boards, cast, give, committing):
    ann, shown = cast["ann"], [periods.current(name) for name in periods.NAMES]
    with committing():
        newest = give(ann)
    live.publish([(ann.pk, newest.pk - 1, 99, 99, 99, 99, 99)], shown)

    assert named(standings.read(SITE, shown[0])) == [("ann", 10, 1)]


def test_a_board_that_redis_lost_is_not_taken_for_an_empty_one(boards, cast, give, committing, redis_client, settings):
    give(cast["ann"])
    redis_client.delete(*redis_client.scan_iter(match=f"{settings.REDIS_PREFIX}*"))
    with committing():
        give(cast["ben"])

    found = standings.read(SITE, periods.current("day"))
    assert (found.live, named(found)) == (False, [("ann", 10, 1), ("ben", 10, 1)])
    publishing.sweep()
    found = standings.read(SITE, periods.current("day"))
    assert (found.live, named(found)) == (True, [("ann", 10, 1), ("ben", 10, 1)])


def test_the_sweep_shows_what_no_publish_did(boards, cast, give):
    publishing.sweep()
    give(cast["ann"], at=timezone.now() - timedelta(days=90))
    publishing.sweep()

    assert named(standings.read(SITE, periods.current("all"))) == [("ann", 10, 1)]


def test_with_redis_away_acts_and_pages_go_on_and_all_is_right_again_after(
    boards, cast, give, committing, settings, caplog
):
    publishing.sweep()
    there, settings.REDIS_DATA_URL = settings.REDIS_DATA_URL, "unix:///nowhere/redis.sock"
    with committing():
        give(cast["ann"])
    publishing.sweep()
    publishing.rebuild()
    found = standings.read(SITE, periods.current("week"))
    assert (found.live, named(found)) == (False, [("ann", 10, 1)])
    assert "boards not brought up to date" in caplog.text

    settings.REDIS_DATA_URL = there
    assert standings.read(SITE, periods.current("week")).rows == []
    publishing.sweep()
    found = standings.read(SITE, periods.current("week"))
    assert (found.live, named(found)) == (True, [("ann", 10, 1)])


def test_only_one_process_builds_a_board_at_a_time(cast, give, redis_client):
    week = periods.current("week").key
    assert not live.taken(week, 60)
    publishing.sweep()
    assert not standings.read(SITE, periods.current("week")).live

    assert standings.read(SITE, periods.current("day")).live
    live.let_go(week)
    publishing.sweep()
    assert standings.read(SITE, periods.current("week")).live


def test_boards_of_past_periods_expire(boards, cast, give, committing, redis_client, settings):
    with committing():
        give(cast["ann"])
    keys = [
        key for key in redis_client.scan_iter(match=f"{settings.REDIS_PREFIX}*") if b":day:" in key or b":all" in key
    ]
    forever = {key.decode().rpartition("}:")[2] for key in keys if redis_client.ttl(key) < 0}

    assert forever == {"all", "all:ready"}
    assert any(b":day:" in key for key in keys)


@pytest.mark.usefixtures("_noon")
def test_a_tags_board_counts_its_own_points(cast, give, read):
    give(cast["ann"], scopes=["tag:7", "category:1"])
    give(cast["ann"], scopes=["category:1"])
    give(cast["ben"], scopes=["tag:7"])
    give(cast["ben"], scopes=["tag:8"])

    week = periods.current("week")
    assert named(standings.read("tag:7", week)) == [("ann", 10, 1), ("ben", 10, 1)]
    assert named(standings.read("category:1", week)) == [("ann", 20, 1)]
    assert standings.read("tag:9", week).rows == []


@pytest.mark.usefixtures("_noon")
def test_below_the_thousand_that_postgresql_serves_one_still_knows_ones_rank(cast, give, read, monkeypatch):
    monkeypatch.setattr(standings, "SUMMED_ROWS", 2)
    for name, votes in {"ann": 4, "ben": 3, "cho": 2, "dan": 1}.items():
        for _vote in range(votes):
            give(cast[name])

    found = read("postgresql", member_id=cast["dan"].pk)
    assert (found.length, found.mine.rank, found.mine.points) == (2, 4, 10)
    assert PointsDay.objects.filter(member=cast["dan"]).count() == 1
