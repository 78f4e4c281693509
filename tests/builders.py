"""Members, places and posts for tests, made through the real verbs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from community.forum import commenting, posting
from community.forum.models import Category, Comment, Post, Tag, Topic
from community.members.models import Member
from community.points import ledger
from community.points.models import Rule, RuleSet

_numbers = count(1)


def member(username: str = "", **fields: object) -> Member:
    return Member.objects.create_user(username or f"member{next(_numbers)}", **fields)


def trusted(username: str = "", *, points: int = 130, **fields: object) -> Member:
    """A member with at least so many points in the ledger: 130 is enough to vote up and down and to comment."""
    made = member(username, **fields)
    give_points(made, points)
    return made


def give_points(member: Member, points: int) -> None:
    """Raise the balance to `points` by one award, dated a hundred days back, of a rule made for it."""
    member.refresh_from_db()
    missing = points - member.points_total
    if missing > 0:
        rule, _new = Rule.objects.get_or_create(
            set=RuleSet.objects.get(active=True), name=f"built-{missing}", defaults={"points": missing}
        )
        at = timezone.now() - timedelta(days=100)
        key = f"built:{next(_numbers)}"
        ledger.award(rule.name, member_id=member.pk, source=("member", member.pk), key=key, at=at)
        member.refresh_from_db()


def category(name: str = "General", **fields: object) -> Category:
    return Category.objects.get_or_create(name=name, defaults={"slug": name.lower(), **fields})[0]


def tag(name: str = "python", **fields: object) -> Tag:
    return Tag.objects.get_or_create(name=name, defaults=fields)[0]


def topic(
    author: Member | None = None,
    *,
    kind: str = "question",
    title: str = "",
    body: str = "",
    tags: Iterable[str] = ("python",),
    place: Category | None = None,
    at: datetime | None = None,
) -> Topic:
    """A topic by `author` (a new member unless given); its tags are made where they are missing."""
    number = next(_numbers)
    for name in tags:
        tag(name)
    return posting.start_topic(
        author=author or member(),
        kind=kind,
        category=place or category(),
        title=title or f"Why does test {number} fail?",
        body=body or f"It did not fail yesterday, and {number} is all it says.",
        tags=tags,
        at=at,
    )


def question(author: Member | None = None, **given: object) -> Topic:
    return topic(author, **given)  # type: ignore[arg-type]


def discussion(author: Member | None = None, **given: object) -> Topic:
    return topic(author, kind="discussion", **given)  # type: ignore[arg-type]


def article(author: Member | None = None, **given: object) -> Topic:
    return topic(author, kind="article", **given)  # type: ignore[arg-type]


def opening(topic: Topic) -> Post:
    return topic.posts.get(number=0)


def answer(
    topic: Topic | None = None,
    author: Member | None = None,
    *,
    body: str = "",
    in_reply_to: Post | None = None,
    at: datetime | None = None,
) -> Post:
    """An answer, or a reply where the topic is no question."""
    text = body or f"Because of reason {next(_numbers)}; remove it."
    return posting.answer(topic or question(), author=author or member(), body=text, in_reply_to=in_reply_to, at=at)


def comment(post: Post, author: Member | None = None, *, body: str = "", at: datetime | None = None) -> Comment:
    """By the post's author unless given: everybody may comment on what is their own."""
    writer = author or post.author
    assert writer is not None
    return commenting.comment(post, author=writer, body=body or f"Does {next(_numbers)} help?", at=at)
