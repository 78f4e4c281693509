"""The right rail: what anyone may read, counted once a minute for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser

from community.forum.feeds import Listing
from community.forum.models import Category, Tag
from community.nearby import cache

if TYPE_CHECKING:
    from community.members.models import Member

MINUTE = 60


def _popular_tags() -> list[tuple[str, int]]:
    return list(Tag.objects.popular().values_list("name", "topic_count")[:12])


def _waiting() -> list[dict[str, Any]]:
    topics = Listing(feed="unanswered").topics(AnonymousUser()).with_tag_names().order_by("-created_at", "-id")[:4]
    return [
        {"title": topic.heading, "url": topic.get_absolute_url(), "tags": topic.tag_names, "at": topic.created_at}  # type: ignore[attr-defined]
        for topic in topics
    ]


def _categories(reader: Member | AnonymousUser) -> list[dict[str, str]]:
    found = Category.objects.readable_by(reader).filter(parent=None).in_order()[:12]
    return [{"name": c.name, "url": c.get_absolute_url(), "colour": c.colour} for c in found]


def popular_tags() -> list[tuple[str, int]]:
    return cache.get_or_set("rail:tags", _popular_tags, MINUTE) or []


def waiting_questions() -> list[dict[str, Any]]:
    return cache.get_or_set("rail:waiting", _waiting, MINUTE) or []


def categories(member: Member | AnonymousUser) -> list[dict[str, str]]:
    """What anyone may read; for moderators, who read all, all."""
    moderates = getattr(member, "moderates", False)
    key, reader = ("rail:all-categories", member) if moderates else ("rail:categories", AnonymousUser())
    return cache.get_or_set(key, lambda: _categories(reader), MINUTE) or []


def open_categories(member: Member) -> list[Category]:
    """Where the member may post, kept for a minute: the form that moves a topic offers them."""

    def found() -> list[Category]:
        return list(Category.objects.open_to(member).in_order())

    return cache.get_or_set(f"open-categories:{member.pk}", found, MINUTE) or []
