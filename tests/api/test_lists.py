"""No list asks the database more for a hundred rows than for two."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community.forum import commenting, drafts, editing, keeping, voting
from community.moderation import flagging
from tests import builders
from tests.api.conftest import Caller

SESSION = 2  # the session and its member

# Queries of each beside those.
BUDGETS = {
    "topics/": 1,
    "topics/?feed=following": 2,
    "topics/?category=general&tag=redis": 3,
    "topics/{topic}/": 2,
    "topics/{topic}/posts/": 2,
    "topics/{topic}/posts/?order=best": 2,
    "posts/{post}/comments/": 2,
    "posts/{post}/revisions/": 2,
    "tags/": 1,
    "tags/?q=r": 1,
    "categories/": 1,
    "members/": 1,
    "members/alice/": 4,
    "members/alice/points/": 2,
    "members/alice/points/entries/": 4,
    "search/?q=reason": 3,
    "bookmarks/": 1,
    "follows/": 1,
    "drafts/": 1,
    "notifications/": 3,
    "flags/": 1,
    "me/": 1,
}


def grow(alice, topic, post, number: int) -> None:
    """One more of everything that a list shows to alice."""
    other = builders.trusted(f"other-{number}", points=200)
    mine = builders.question(alice, tags=["redis", "python"])
    keeping.follow(builders.question(other, tags=["redis"]), member=alice)
    keeping.follow(other, member=alice)
    keeping.follow(builders.tag(f"r{number}"), member=alice)
    answer = builders.answer(topic, other)
    voting.vote(answer, member=alice, value=1)
    keeping.bookmark(answer, member=alice)
    flagging.flag(answer, member=alice, reason="spam")
    commenting.comment(post, author=other, body=f"Comment number {number}.")
    builders.category(f"Place{number}")
    drafts.save(alice, f"reply:{number + 1}", {"body": "Half an answer."})
    post.refresh_from_db()
    editing.edit(post, editor=alice, body=f"It is edited for the {number}th time.", version=post.version)
    builders.answer(mine, other)


@pytest.mark.slow
def test_as_many_queries_for_many_rows_as_for_few(api_of, db):
    alice = builders.trusted("alice", points=200)
    topic = builders.question(alice, tags=["redis"])
    post, caller = builders.opening(topic), api_of(alice)
    for number in range(2):
        grow(alice, topic, post, number)
    few = {address: asked(caller, address.format(topic=topic.pk, post=post.pk)) for address in BUDGETS}
    for number in range(2, 5):
        grow(alice, topic, post, number)
    many = {address: asked(caller, address.format(topic=topic.pk, post=post.pk)) for address in BUDGETS}
    assert many == few
    assert many == BUDGETS


@pytest.mark.parametrize("address", ["leaderboard/", "leaderboard/?tag=redis", "leaderboard/me/"])
def test_a_board_takes_few_queries_even_where_it_is_not_live(api_of, db, address):
    alice = builders.trusted("alice", points=200)
    for _ in range(5):
        builders.trusted(points=50)
    builders.question(alice, tags=["redis"])
    assert asked(api_of(alice), address) <= 4


def asked(caller: Caller, address: str) -> int:
    """Queries of one call, with all that the process keeps for a while forgotten before."""
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        assert caller.get(address).status_code == 200
    return len(queries) - SESSION
