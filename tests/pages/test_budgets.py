"""How many queries each page takes: a number that does not grow with the site (ARCHITECTURE's budgets and our own)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from community.forum import keeping
from community.forum.models import Topic
from community.members.models import Member
from community.points.boards import publishing
from tests import builders

pytestmark = pytest.mark.django_db

# url: (visitor, member), the session and the member's own row included. None: not for visitors.
BUDGETS = {
    "/": (3, 5),
    "/new/": (3, 5),
    "/top/week/": (3, 5),
    "/unanswered/": (3, 5),
    "/following/": (None, 5),
    "/c/general/": (4, 6),
    "/c/general/new/": (4, 6),
    "/tags/python/": (4, 7),
    "/tags/": (2, 4),
    "/tags/python/about/": (3, 5),
    "/categories/": (3, 5),
    "topic": (7, 10),
    "discussion": (7, 10),
    "/search/?q=reason": (3, 6),
    "/search/?q=tag:python": (3, 6),
    "/write/similar/?title=Why+does+it+fail": (2, 4),
    "/ask/": (None, 6),
    "/bookmarks/": (None, 6),
    "/inbox/": (None, 8),
    "/boards/": (2, 4),
    "/boards/month/": (2, 4),
    "/members/": (2, 4),
    "profile": (8, 10),
    "points": (None, 8),
    "/points/": (3, 5),
    "/settings/": (None, 6),
    "/feed.atom": (2, 4),
    "/sitemap.xml": (4, 6),
}


@pytest.fixture
def topics(alice: Member, bob: Member) -> dict[str, Topic]:
    publishing.rebuild()
    return {"topic": _thread(alice, bob, 3), "discussion": _thread(alice, bob, 3, kind="discussion")}


def _thread(alice: Member, bob: Member, replies: int, **given: str) -> Topic:
    topic = builders.topic(alice, **given)
    for _ in range(replies):
        answer = builders.answer(topic, bob)
        if topic.is_question:
            builders.comment(answer, bob)
    return topic


def url_of(name: str, topics: dict[str, Topic]) -> str:
    if name in topics:
        return topics[name].get_absolute_url()
    return {"profile": "/members/bob/", "points": "/members/alice/points/"}.get(name, name)


def queries(client: Client, url: str) -> list[str]:
    """Of a page whose once-a-minute parts were counted a moment ago."""
    client.get(url, follow=True)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200, url
    return [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def grow(topics: dict[str, Topic], alice: Member, bob: Member) -> None:
    """Much more of everything that the pages show."""
    for number in range(12):
        other = builders.topic(bob, tags=["python", f"tag{number}"])
        keeping.bookmark(builders.opening(other), member=alice)
        builders.answer(topics["topic"], alice)
        builders.answer(topics["discussion"], builders.member())


@pytest.mark.slow
def test_every_page_keeps_its_budget_however_much_there_is(topics, alice, bob, client, client_of):
    """One test, for the community is dear to make: all pages over budget are listed, with their queries."""
    grow(topics, alice, bob)
    over = []
    for name, budgets in BUDGETS.items():
        for reader, allowed in zip((client, client_of(alice)), budgets, strict=True):
            if allowed is None:
                continue
            found = queries(reader, url_of(name, topics))
            if len(found) > allowed:
                over.append("\n  ".join([f"{name}: {len(found)} queries, {allowed} allowed", *found]))
    assert not over, "\n".join(over)
