"""What a notification is about, told by the room that owns it (settings.NOTIFICATION_SOURCES)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from community.members.models import Member

Key = tuple[str, int]  # kind and id: ("post", 7)


@dataclass(frozen=True)
class Source:
    title: str
    url: str  # path on this site
    excerpt: str = ""
    page: str = ""  # that it stands on with others; the inbox keeps those together


Describe = Callable[[Member, Iterable[Key]], dict[Key, Source]]


@cache
def _provider(path: str) -> Describe:
    return cast(Describe, import_string(path))


def describe(member: Member, keys: Iterable[Key]) -> dict[Key, Source]:
    """What the member may read of these; the others are missing."""
    return _provider(settings.NOTIFICATION_SOURCES)(member, list(dict.fromkeys(keys)))
