"""What a program may do for a member: the scopes of personal tokens and of OAuth applications alike.

A scope never gives more than the member has: the verbs ask the member's own rights as they do on the site.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from oauth2_provider.scopes import BaseScopes

READ = "read"
POSTS = "write:posts"
VOTES = "write:votes"
READING = "write:reading"
FLAGS = "write:flags"
DEVICES = "write:devices"
EVENTS = "write:events"
ANALYTICS = "analytics:read"
SEGMENTS = "segments:write"
CAMPAIGNS = "campaigns:write"
MODERATION = "write:moderation"

SCOPES = {
    READ: _("Read what you may read, and your points and notifications"),
    POSTS: _("Write topics, answers and comments; edit, move, close, delete and restore those you may"),
    VOTES: _("Vote, and accept answers"),
    READING: _("Keep bookmarks, drafts and how far you have read, follow, and mark notifications as read"),
    FLAGS: _("Flag posts and comments to the moderators"),
    DEVICES: _("Register and remove the devices on which you get messages"),
    EVENTS: _("Record events of its own that the site’s admins have let it declare"),
    ANALYTICS: _("Read reports and the people behind their numbers, where you are staff who may"),
    SEGMENTS: _("Make, change and refresh segments, where you are staff who may"),
    CAMPAIGNS: _("Make, change, launch and pause campaigns, where you are staff who may"),
    MODERATION: _("Moderate, where you are a moderator: decide about flags, pin and merge topics"),
}


class Scopes(BaseScopes):
    """The same ones for django-oauth-toolkit; whoever asks for none gets to read."""

    def get_all_scopes(self) -> dict[str, Any]:
        return dict(SCOPES)

    def get_available_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return list(SCOPES)

    def get_default_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return [READ]
