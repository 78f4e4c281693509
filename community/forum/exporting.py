"""Everything the site holds of a member, as they may take it with them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings

from community.forum.models import Bookmark, Comment, Draft, Follow, Post, Topic, Vote
from community.members.models import Award, Member
from community.notifications.models import Notification
from community.points.models import Entry

PROFILE = (
    "username", "email", "display_name", "bio", "location", "website", "language", "time_zone", "theme",
    "date_joined", "last_login", "seen_at", "profile_public", "on_boards", "email_notifications",
    "muted_kinds", "points_total",
)  # fmt: skip


def export(member: Member) -> dict[str, Any]:
    """Plain values by subject, times in UTC. Only the member's own: no names or texts of others but topics' titles."""
    own = {"member": member}
    return {
        "schema": 1,
        "member": {name: getattr(member, name) for name in PROFILE},
        "addresses": _rows(EmailAddress.objects.filter(user=member), "email", "verified", "primary"),
        "topics": _rows(Topic.objects.filter(author=member), "id", "kind", "title", "created_at", "score"),
        "posts": _rows(
            Post.objects.filter(author=member),
            *("id", "topic_id", "topic__title", "number", "format", "body", "created_at", "edited_at", "score"),
        ),
        "comments": _rows(Comment.objects.filter(author=member), "id", "post_id", "body", "created_at"),
        "votes": _rows(Vote.objects.filter(**own), "post_id", "value", "created_at"),
        "bookmarks": _rows(Bookmark.objects.filter(**own), "post_id", "created_at"),
        "follows": _rows(Follow.objects.filter(**own), "topic_id", "tag__name", "followed_id", "created_at"),
        "drafts": _rows(Draft.objects.filter(**own), "key", "content", "updated_at"),
        "points": _rows(Entry.objects.filter(**own), "id", "rule__name", "granted", "source_kind", "source_id", "at"),
        "badges": _rows(Award.objects.filter(**own), "badge__name", "created_at"),
        "notifications": _rows(Notification.objects.filter(**own), "kind", "source_kind", "source_id", "created_at"),
        **{name: import_module(module).export(member) for name, module in settings.BELONGINGS.items()},
    }


def _rows(rows: Any, *fields: str) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values(*fields))
