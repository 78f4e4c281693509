"""What the forum tells this room, which may not import it: boards of its categories and tags, causes of entries.

Two settings name the functions by dotted path; without them there are the site's boards and entries without links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.module_loading import import_string

from community.members.models import Member

Viewer = Member | AnonymousUser
Key = tuple[str, int]  # kind and id: ("post", 7)


@dataclass(frozen=True)
class Scope:
    """A category or tag that has boards. `key` is the scope of entries: `tag:7`."""

    key: str
    kind: str  # "category" or "tag"
    slug: str
    title: str


class Cause(Protocol):
    title: str
    url: str


def find(kind: str, slug: str, viewer: Viewer) -> Scope | None:
    """The category or tag, None where there is none that the viewer may read (settings.POINTS_SCOPE)."""
    provider = _provider("POINTS_SCOPE")
    return cast(Scope | None, provider(kind, slug, viewer)) if provider else None


def choices(viewer: Viewer) -> list[Scope]:
    """Categories and the most used tags whose boards the viewer may see (settings.POINTS_SCOPES)."""
    provider = _provider("POINTS_SCOPES")
    return cast(list[Scope], provider(viewer)) if provider else []


def causes(viewer: Member, keys: Iterable[Key]) -> dict[Key, Cause]:
    """Title and address of what caused entries, where the viewer may read it (settings.NOTIFICATION_SOURCES)."""
    provider = _provider("NOTIFICATION_SOURCES")
    return cast(dict[Key, Cause], provider(viewer, list(dict.fromkeys(keys)))) if provider else {}


def _provider(setting: str) -> Callable[..., Any] | None:
    path = getattr(settings, setting, "")
    return import_string(path) if path else None
