"""Real threads on PostgreSQL: whatever comes at once, rows, counters and points agree and nobody deadlocks."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from community.forum import accepting, commenting, editing, posting, removing, steering, voting
from community.forum.denied import Denied
from community.forum.models import Comment, Post, Revision, Topic, Vote
from community.members.models import Member
from community.points.models import Entry
from community.points.verifying import verify
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 10


def at_once(acts: Iterable[Callable[[], object]], threads: int = THREADS) -> list[object]:
    """Run each act in a thread of its own; what each returns, or the exception that it raised."""

    def run(act: Callable[[], object]) -> object:
        try:
            return act()
        except (Denied, editing.EditConflict) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, acts))


def check_agreement() -> None:
    """Counters are what the rows say; ledger, balances and boards agree."""
    for post in Post.objects.all():
        values = list(Vote.objects.filter(post=post).values_list("value", flat=True))
        assert (post.up, post.down, post.score) == (values.count(1), values.count(-1), sum(values))
        assert post.comment_count == post.comments.standing().count()
    for topic in Topic.objects.filter(merged_into=None):
        assert topic.reply_count == topic.posts.standing().replies().count()
        assert topic.score == topic.posts.get(number=0).score
        assert topic.last_number == max(topic.posts.values_list("number", flat=True))
    assert verify(boards=False).details == []


def test_twenty_members_vote_on_one_post(alice, bob):
    post = builders.answer(builders.question(alice), bob)
    voters = [builders.trusted() for _ in range(20)]
    before = Member.objects.get(pk=bob.pk).points_total
    at_once((lambda v=v: voting.vote(post, member=v, value=1) for v in voters), threads=20)
    assert Post.objects.get(pk=post.pk).up == 20
    assert Member.objects.get(pk=bob.pk).points_total == before + 200
    check_agreement()


def test_one_member_presses_the_button_many_times(alice, bob, mod):
    post = builders.answer(builders.question(alice), bob)
    before = Member.objects.get(pk=bob.pk).points_total
    at_once(lambda: voting.vote(post, member=mod, value=1) for _ in range(20))
    assert Vote.objects.count() == Post.objects.get(pk=post.pk).up == 1
    assert Member.objects.get(pk=bob.pk).points_total == before + 10
    check_agreement()


@pytest.mark.slow
def test_a_storm_of_votes_changes_and_withdrawals(alice):
    """Members vote on each other's posts, so that each is now author and now voter."""
    cast = [builders.trusted(points=500) for _ in range(5)]  # enough, however many vote one down before one votes
    topic = builders.question(alice)
    posts = [builders.opening(topic), *(builders.answer(topic, author) for author in cast)]
    dice = random.Random(7)
    moves = [(dice.choice(posts), dice.choice(cast), dice.choice([1, -1, 0])) for _ in range(80)]
    found = at_once(lambda move=move: voting.vote(move[0], member=move[1], value=move[2]) for move in moves)
    assert [refusal for refusal in found if isinstance(refusal, Exception) and "own" not in str(refusal)] == []
    check_agreement()


@pytest.mark.slow
def test_votes_at_the_cap_of_a_day(alice, bob):
    """Thirty upvotes would be 300 points; withdrawals meanwhile do not open or close the cap wrongly."""
    topic = builders.question(alice)
    posts = [builders.answer(topic, bob) for _ in range(2)]
    voters = [builders.trusted() for _ in range(15)]
    before = Member.objects.get(pk=bob.pk).points_total
    at_once(lambda v=v, p=p: voting.vote(p, member=v, value=1) for v in voters for p in posts)
    assert Member.objects.get(pk=bob.pk).points_total == before + 200
    acts = [lambda v=v: voting.vote(posts[0], member=v, value=0) for v in voters]
    at_once(acts)
    assert Member.objects.get(pk=bob.pk).points_total == before + 150
    check_agreement()


def test_answers_at_once_get_a_number_each_and_none_is_lost(alice):
    topic = builders.question(alice)
    writers = [builders.member() for _ in range(THREADS)]
    acts = [lambda w=w, n=n: posting.answer(topic, author=w, body=f"Answer {n}.") for w in writers for n in range(3)]
    at_once(acts)
    numbers = sorted(topic.posts.values_list("number", flat=True))
    assert numbers == list(range(31))
    check_agreement()


def test_the_same_answer_sent_many_times_at_once_is_one(alice, bob):
    topic = builders.question(alice)
    found = at_once(lambda: posting.answer(topic, author=bob, body="Because.") for _ in range(THREADS))
    assert len({post.pk for post in found}) == 1
    assert Topic.objects.get(pk=topic.pk).reply_count == 1


def test_of_many_editors_of_one_version_one_wins_and_all_keep_their_text(alice, bob):
    topic = builders.question(alice)
    post = builders.answer(topic, bob)
    editors = [builders.member(is_moderator=True) for _ in range(THREADS)]
    found = at_once(lambda e=e: editing.edit(post, editor=e, body=f"By {e.username}.", version=1) for e in editors)
    lost = [e for e, result in zip(editors, found, strict=True) if isinstance(result, editing.EditConflict)]
    assert len(lost) == THREADS - 1
    assert Post.objects.get(pk=post.pk).version == 2
    assert Revision.objects.filter(post=post).count() == 2
    assert {e.drafts.get().content["body"] for e in lost} == {f"By {e.username}." for e in lost}


def test_accepting_two_answers_at_once_accepts_one(alice):
    topic = builders.question(alice)
    authors = [builders.member() for _ in range(4)]
    answers = [builders.answer(topic, author) for author in authors]
    before = {m.pk: m.points_total for m in Member.objects.all()}
    found = at_once(lambda a=a: accepting.accept(a, member=alice) for a in answers * 3)
    assert [refusal for refusal in found if isinstance(refusal, Exception)] == []
    accepted = Topic.objects.get(pk=topic.pk).accepted
    earned = {m.pk: m.points_total - before[m.pk] for m in Member.objects.all()}
    assert {pk: points for pk, points in earned.items() if points} == {alice.pk: 2, accepted.author_id: 15}
    check_agreement()


def test_deleting_while_others_vote_leaves_no_points_behind(alice, bob, mod):
    topic = builders.question(alice)
    post = builders.answer(topic, bob)
    voters = [builders.trusted() for _ in range(8)]
    before = Member.objects.get(pk=bob.pk).points_total
    votes = [lambda v=v, n=n: voting.vote(post, member=v, value=(1, -1)[n % 2]) for n, v in enumerate(voters)]
    at_once([*votes[:4], lambda: removing.delete(post, by=mod), *votes[4:]])
    assert Post.objects.get(pk=post.pk).deleted_at is not None
    assert Entry.objects.standing().filter(source_kind="post", source_id=post.pk).count() == 0
    assert Member.objects.get(pk=bob.pk).points_total <= before
    check_agreement()


def test_merging_while_others_answer_and_vote(alice, bob, mod):
    one, other = builders.question(alice), builders.question(bob)
    post = builders.answer(one, bob)
    writers = [builders.trusted() for _ in range(6)]
    acts: list[Callable[[], object]] = [lambda: steering.merge(one, by=mod, into=other)]
    acts += [lambda w=w: posting.answer(one, author=w, body=f"One, {w.pk}.") for w in writers]
    acts += [lambda w=w: posting.answer(other, author=w, body=f"Other, {w.pk}.") for w in writers]
    acts += [lambda w=w: voting.vote(post, member=w, value=1) for w in writers]
    at_once(acts)
    assert Topic.objects.get(pk=one.pk).merged_into == other
    assert not Post.objects.filter(topic=one).exists()
    assert Post.objects.get(pk=post.pk).up == 6
    check_agreement()


def test_comments_come_and_go_at_once(alice, bob):
    post = builders.answer(builders.question(alice), bob)
    made = at_once(lambda n=n: commenting.comment(post, author=bob, body=f"Comment {n}.") for n in range(2 * THREADS))
    at_once(lambda c=c: removing.delete(c, by=bob) for c in made[::2] * 2)
    assert Comment.objects.standing().count() == THREADS
    check_agreement()
