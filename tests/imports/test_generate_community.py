"""A small plan let happen on an empty site, by way of the verbs and in bulk: what must hold of both together."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from community.forum import ranking, voting
from community.forum.models import Bookmark, Category, Comment, Post, ReadMark, Tag, Topic, Vote
from community.imports.generated.actions import (
    Accepted,
    Action,
    Bookmarked,
    Commented,
    Edited,
    Joined,
    Posted,
    TopicStarted,
    Visited,
    Voted,
)
from community.imports.generated.founding import enrol
from community.imports.generated.habits import DAY
from community.imports.generated.inbox import NEW
from community.imports.generated.logins import with_logins
from community.imports.generated.plan import Plan, make_plan
from community.imports.generated.replay import replay
from community.imports.generated.texts import load
from community.members.models import Member
from community.notifications.models import Mail, Notification
from community.points import periods
from community.points.boards import standings
from community.points.models import SITE, Entry, Habit
from community.points.verifying import Proof, verify
from events.models import Event

END = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEYS = {
    "en/welcome",
    "en/htmx-csrf-403",
    "en/kafka-order-per-user",
    "en/tiny-flags",
    "en/vote-ring-or-friends",
    "zh/pip-neiwang",
}


def quiet(what: str, rows: int = 0, *, total: int | None = None) -> None:
    pass


@pytest.fixture(scope="module")
def plan() -> Plan:
    texts = [text for text in load() if text.key in KEYS]
    return with_logins(make_plan(0, END, topics=texts, members=30))


@dataclass(frozen=True)
class Community:
    plan: Plan
    proof: Proof
    board: standings.Standings


@pytest.fixture(scope="module")
def replayed(plan, django_db_setup, django_db_blocker) -> Iterator[Community]:
    """Made once for this file, with boards of its own, and rolled back at the end."""
    boards = override_settings(REDIS_PREFIX=f"{settings.REDIS_PREFIX}generated:")
    with django_db_blocker.unblock(), boards, transaction.atomic(), time_machine.travel(END, tick=False):
        replay(plan, progress=quiet)
        yield Community(plan, verify(), standings.read(SITE, periods.around("all", periods.site_day())))
        transaction.set_rollback(True)


@pytest.fixture
def community(replayed) -> Iterator[Community]:
    with transaction.atomic():
        yield replayed
        transaction.set_rollback(True)


def of(community: Community, kind: type[Action]) -> list[Action]:
    return [action for action in community.plan.actions if isinstance(action, kind)]


def test_all_that_is_planned_comes_to_be_and_the_points_are_proved(community):
    rows = {Joined: Member, TopicStarted: Topic, Commented: Comment, Voted: Vote, Bookmarked: Bookmark}
    for kind, model in rows.items():
        assert model.objects.count() == len(of(community, kind)) > 0
    assert Post.objects.replies().count() == len(of(community, Posted))
    assert Topic.objects.exclude(accepted=None).count() == len(of(community, Accepted)) > 0
    assert Post.objects.filter(version=2).count() == len(of(community, Edited)) > 0
    assert (community.proof.differences, community.proof.boards) == (0, True)
    assert community.proof.entries > len(of(community, Voted)) + len(of(community, Joined))


def test_counters_say_what_the_rows_say(community):
    votes = Counter(Vote.objects.values_list("post", "value"))
    for post in Post.objects.all():
        assert (post.up, post.down) == (votes[post.pk, 1], votes[post.pk, -1])
        assert post.confidence == pytest.approx(ranking.confidence(post.up, post.down))
        assert post.comment_count == post.comments.count()
    for topic in Topic.objects.all():
        assert topic.score == topic.posts.get(number=0).score
        assert topic.reply_count == topic.last_number == topic.posts.count() - 1
        assert topic.hot == pytest.approx(ranking.hot(topic.score, topic.reply_count, topic.created_at))
        assert topic.views >= ReadMark.objects.filter(topic=topic).exclude(member=topic.author).count()
    for tag in Tag.objects.all():
        assert tag.topic_count == Topic.objects.tagged(tag.pk).count()


def test_the_boards_are_alive_and_alice_stands_on_them(community):
    assert community.board.live
    points = dict(Member.objects.ranked().values_list("pk", "points_total"))
    assert {place.member_id: place.points for place in community.board.rows} == {
        pk: total - 1 for pk, total in points.items() if total > 1
    }
    assert Member.objects.get(username="alice").points > 15


def test_nobody_is_mailed_and_notifications_are_read_at_the_next_visit_but_for_the_newest(community):
    assert not Mail.objects.exists()
    told = Notification.objects.select_related("member")
    assert {row.kind for row in told} >= {"answered", "replied", "commented", "accepted"}
    visits, mine = times_of(community, Visited), defaultdict(list)
    for row in told.order_by("-pk"):
        mine[row.member.username].append(row)
        later = [at for at in visits[row.member.username] if at > row.created_at]
        assert row.read_at == (later[0] if later and len(mine[row.member.username]) > NEW else None)
    assert any(row.read_at for rows in mine.values() for row in rows)


def test_visits_leave_marks_and_events_of_one_session_with_what_was_done_then(community):
    visits = times_of(community, Visited)
    for member in Member.objects.all():
        assert member.seen_at == visits[member.username][-1]
        assert member.read_before == member.date_joined
    named = Counter(Event.objects.values_list("name", flat=True))
    assert named["page_viewed"] == len(of(community, Visited)) < named["topic_read"]
    assert named["vote_cast"] == named["vote_received"] == len(of(community, Voted))
    assert named["signed_up"] == len(of(community, Joined))
    for act in Event.objects.filter(name__in=["vote_cast", "answer_posted", "comment_posted"]):
        begun = Event.objects.filter(name="page_viewed", unit=act.unit, at__lte=act.at).latest("at")
        assert (act.session, act.device, act.source) == (begun.session, begun.device, "web")


def test_habits_go_on_as_the_verbs_would_have_left_them(community):
    """Three days in a row give a point on the third, whether by votes (in bulk) or by posts (by verbs)."""
    days: dict[str, set[date]] = defaultdict(set)
    for kind in (TopicStarted, Posted, Commented, Accepted, Bookmarked, Voted):
        for name, times in times_of(community, kind).items():
            days[name] |= {periods.site_day(at) for at in times}
    third = {(name, day) for name in days for day in days[name] if {day - DAY, day - 2 * DAY} <= days[name]}
    streaks = Entry.objects.filter(rule__name="streak").values_list("member__username", "day")
    assert set(streaks) == third != set()
    left = dict(Habit.objects.exclude(active_day=None).values_list("member__username", "active_day"))
    assert left == {name: max(found) for name, found in days.items()}


def test_the_moderators_place_is_closed_to_others_and_the_welcome_is_pinned(community):
    staff = Category.objects.get(name="Moderators")
    assert staff not in Category.objects.readable_by(Member.objects.get(username="alice"))
    assert staff in Category.objects.readable_by(Member.objects.get(username="mod"))
    assert list(Topic.objects.exclude(pinned_at=None).values_list("title", flat=True)) == ["Welcome, and say hello"]


def test_a_replayed_vote_can_be_withdrawn(community):
    vote = Vote.objects.filter(value=1, member__username="alice").first()
    before = vote.post.author.points_total
    voting.vote(vote.post, member=vote.member, value=0)
    vote.post.author.refresh_from_db()
    assert vote.post.author.points_total == before - 10


def test_a_site_with_topics_is_left_alone(community):
    with pytest.raises(CommandError, match="has topics already") as refusal:
        call_command("generate_community")
    assert refusal.value.returncode == 2
    assert Member.objects.count() == len(of(community, Joined))


def test_a_name_that_is_taken_stays_with_its_owner(community):
    joining = of(community, Joined)[:3]
    assert [member.username for member in enrol(joining).values()] == [f"{one.username}-2" for one in joining]


def times_of(community: Community, kind: type[Action]) -> dict[str, list[datetime]]:
    times: dict[str, list[datetime]] = defaultdict(list)
    for action in of(community, kind):
        times[action.username].append(action.at)
    return times
