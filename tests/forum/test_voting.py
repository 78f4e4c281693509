from datetime import timedelta

import pytest
from django.utils import timezone

from community.forum import ranking, voting
from community.forum.denied import Denied
from community.forum.models import Post, Topic, Vote
from community.members import limits
from community.members.models import Member
from community.points.models import Entry
from community.points.privileges import NotEnoughPoints
from events.models import Event
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def voter() -> Member:
    return builders.trusted("voter")


@pytest.fixture
def answer(alice, bob) -> Post:
    return builders.answer(builders.question(alice), bob)


def counted(post: Post) -> tuple[int, int, int]:
    row = Post.objects.get(pk=post.pk)
    return row.up, row.down, row.score


def points(member: Member) -> int:
    return Member.objects.get(pk=member.pk).points_total


def test_a_vote_counts_and_gives_the_author_points(answer, voter, bob):
    before = points(bob)
    post = voting.vote(answer, member=voter, value=1)
    assert counted(answer) == (post.up, post.down, post.score) == (1, 0, 1)
    assert points(bob) == before + 10
    assert Post.objects.get(pk=answer.pk).confidence == pytest.approx(ranking.wilson(1, 0))


def test_the_same_vote_again_changes_nothing(answer, voter, bob):
    voting.vote(answer, member=voter, value=1)
    before = points(bob), Event.objects.count(), Entry.objects.count()
    voting.vote(answer, member=voter, value=1)
    assert (points(bob), Event.objects.count(), Entry.objects.count()) == before
    assert counted(answer) == (1, 0, 1)


def test_a_changed_vote_takes_back_what_it_gave(answer, voter, bob):
    before, voters = points(bob), points(voter)
    voting.vote(answer, member=voter, value=1)
    voting.vote(answer, member=voter, value=-1)
    assert counted(answer) == (0, 1, -1)
    assert (points(bob), points(voter)) == (before - 2, voters - 1)
    voting.vote(answer, member=voter, value=1)
    assert counted(answer) == (1, 0, 1)
    assert (points(bob), points(voter)) == (before + 10, voters)


@pytest.mark.parametrize("value", [1, -1])
def test_a_withdrawn_vote_leaves_no_trace_but_in_ledger_and_events(answer, voter, bob, value):
    before, voters = points(bob), points(voter)
    voting.vote(answer, member=voter, value=value)
    voting.vote(answer, member=voter, value=0)
    assert counted(answer) == (0, 0, 0)
    assert (points(bob), points(voter)) == (before, voters)
    assert not Vote.objects.exists()
    assert list(Event.objects.filter(name="vote_cast").values_list("value", flat=True)) == [value]


def test_withdrawing_what_was_never_cast_is_nothing(answer, voter):
    voting.vote(answer, member=voter, value=0)
    assert counted(answer) == (0, 0, 0)


def test_a_vote_is_an_event_of_voter_and_author(answer, voter, bob):
    voting.vote(answer, member=voter, value=-1)
    rows = Event.objects.filter(name__startswith="vote_").order_by("pk")
    assert list(rows.values_list("name", "unit", "object_kind", "object_id", "value")) == [
        ("vote_cast", voter.pk, "post", answer.pk, -1),
        ("vote_received", bob.pk, "post", answer.pk, -1),
    ]


@pytest.mark.parametrize(("kind", "down"), [("question", -2), ("discussion", -2), ("article", -2)])
def test_openings_give_points_by_their_kind_and_cost_the_voter_nothing(alice, voter, kind, down):
    post, voters = builders.opening(builders.topic(alice, kind=kind)), points(voter)
    before = points(alice)
    voting.vote(post, member=voter, value=1)
    assert points(alice) == before + 10
    voting.vote(post, member=voter, value=-1)
    assert (points(alice), points(voter)) == (before + down, voters)
    names = set(Entry.objects.filter(source_kind="post", member=alice).values_list("rule__name", flat=True))
    what = "question" if kind == "question" else "post"
    assert {f"{what}_upvoted", f"{what}_downvoted"} <= names


def test_points_count_on_the_boards_of_category_and_tags(alice, voter):
    topic = builders.question(alice, tags=["sql", "python"])
    voting.vote(builders.opening(topic), member=voter, value=1)
    entry = Entry.objects.get(rule__name="question_upvoted")
    assert set(entry.scopes) == {f"category:{topic.category_id}", *(f"tag:{pk}" for pk in topic.tag_ids)}


def test_a_vote_on_the_opening_moves_its_topic(alice, voter):
    topic = builders.question(alice)
    voting.vote(builders.opening(topic), member=voter, value=1)
    moved = Topic.objects.get(pk=topic.pk)
    assert moved.score == 1
    assert moved.hot == pytest.approx(ranking.hot(1, 0, topic.created_at))
    assert moved.hot > topic.hot


def test_a_community_post_earns_and_costs_nothing(answer, voter, bob):
    Post.objects.filter(pk=answer.pk).update(wiki=True)
    before, voters = points(bob), points(voter)
    voting.vote(answer, member=voter, value=-1)
    assert (points(bob), points(voter)) == (before, voters)
    assert counted(answer) == (0, 1, -1)


def test_the_post_of_a_former_member_can_be_voted_on(answer, voter):
    Post.objects.filter(pk=answer.pk).update(author=None)
    voting.vote(answer, member=voter, value=1)
    assert counted(answer) == (1, 0, 1)


def test_nobody_votes_on_their_own_post(answer, bob):
    with pytest.raises(Denied):
        voting.vote(answer, member=bob, value=1)


def test_voting_takes_points(answer, carol):
    builders.give_points(carol, 14)
    with pytest.raises(NotEnoughPoints):
        voting.vote(answer, member=builders.member(), value=1)
    builders.give_points(carol, 15)
    voting.vote(answer, member=carol, value=1)
    with pytest.raises(NotEnoughPoints):
        voting.vote(answer, member=carol, value=-1)
    assert counted(answer) == (1, 0, 1)


def test_who_lost_the_points_may_still_withdraw(answer, carol):
    builders.give_points(carol, 15)
    voting.vote(answer, member=carol, value=1)
    Member.objects.filter(pk=carol.pk).update(points_total=1)
    voting.vote(answer, member=carol, value=0)
    assert counted(answer) == (0, 0, 0)


def test_moderators_vote_without_points(answer, mod):
    voting.vote(answer, member=mod, value=-1)
    assert counted(answer) == (0, 1, -1)


@pytest.mark.parametrize("gone", ["deleted_at", "hidden_at"])
def test_what_is_gone_takes_no_votes(answer, mod, gone):
    Post.objects.filter(pk=answer.pk).update(**{gone: timezone.now()})
    with pytest.raises(Denied):
        voting.vote(answer, member=mod, value=1)


def test_what_one_may_not_read_takes_no_votes(mod, voter):
    secret = builders.discussion(mod, place=builders.category("Staff", readers="moderators"))
    with pytest.raises(Denied):
        voting.vote(builders.opening(secret), member=voter, value=1)


def test_the_suspended_do_not_vote(answer, voter):
    Member.objects.filter(pk=voter.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied):
        voting.vote(answer, member=voter, value=1)


def test_other_numbers_are_no_votes(answer, voter):
    with pytest.raises(ValueError, match="5"):
        voting.vote(answer, member=voter, value=5)


def test_votes_have_a_limit_that_history_has_not(voter, settings, monkeypatch):
    one, other = (builders.opening(builders.question()) for _ in range(2))
    settings.RATE_LIMITS = True
    monkeypatch.setitem(limits.OF_MEMBER, "vote", ((limits.Limit(1, limits.HOUR),),) * 2)
    voting.vote(one, member=voter, value=1)
    with pytest.raises(limits.TooMany):
        voting.vote(other, member=voter, value=1)
    assert counted(other) == (0, 0, 0)
    voting.vote(other, member=voter, value=1, at=timezone.now())
    assert counted(other) == (1, 0, 1)
