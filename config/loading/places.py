"""What visitors and members of a load test open and do, taken from what the site holds."""

from __future__ import annotations

import random
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import get_random_string

from community.forum.models import Tag, Topic
from community.members.models import Member

MOST = 500  # topics and tags that visitors go between
WORDS = 50  # of the titles, that are searched for
WRITER = "load-writer-"
SHARES = {"topic": 55, "feed": 25, "tag": 8, "search": 5, "board": 4, "members": 3}  # of a reader's requests, percent


@dataclass(frozen=True)
class Places:
    addresses: dict[str, list[str]]  # kind -> paths
    topics: list[int]
    openings: list[int]  # posts that can be bookmarked

    def pick(self) -> tuple[str, str]:
        """A kind and a path, as often as SHARES says."""
        (kind,) = random.choices(list(SHARES), weights=list(SHARES.values()))  # noqa: S311 - chance, not secrecy
        return kind, random.choice(self.addresses[kind])  # noqa: S311


def find() -> Places:
    """ValueError where there is nothing to read yet."""
    topics = list(Topic.objects.visible_to(AnonymousUser()).filter(closed_at=None).order_by("?")[:MOST])
    if not topics:
        raise ValueError("the site has no topics to read; import or make some first")
    words = sorted({word.lower() for topic in topics for word in topic.title.split() if word.isalpha()})[:WORDS]
    tags = Tag.objects.order_by("?").values_list("name", flat=True)[:MOST]
    addresses = {
        "topic": [topic.get_absolute_url() for topic in topics],
        "feed": ["/", "/top/week/", "/unanswered/", "/new/"],
        "tag": [f"/tags/{name}/" for name in tags] or ["/tags/"],
        "search": [f"/search/?{urlencode({'q': word})}" for word in words] or ["/search/"],
        "board": ["/boards/", "/boards/all/"],
        "members": ["/members/"],
    }
    openings = Topic.objects.filter(pk__in=[topic.pk for topic in topics]).values_list("posts__pk", flat=True)
    return Places(addresses, [topic.pk for topic in topics], list(openings.filter(posts__number=0)))


def sign_in(count: int) -> list[dict[str, str]]:
    """So many members of our own, made where they are missing; the cookies of a session each."""
    return [_cookies(_writer(f"{WRITER}{number}")) for number in range(count)]


def sign_out(writers: list[dict[str, str]]) -> None:
    for cookies in writers:
        SessionStore(cookies[settings.SESSION_COOKIE_NAME]).delete()


def _writer(username: str) -> Member:
    return Member.objects.named(username).first() or Member.objects.create_user(username)


def _cookies(member: Member) -> dict[str, str]:
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.create()
    return {settings.SESSION_COOKIE_NAME: session.session_key or "", settings.CSRF_COOKIE_NAME: get_random_string(32)}
