"""What the plan is made of: who does what when. A post is named by its topic's key and its number in the text.

Numbers count from 0, the opening; comments count from 0 within their post. Times are aware.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from .people import Person


@dataclass(frozen=True)
class Action:
    at: datetime
    username: str

    rank: ClassVar[int]  # what comes first among actions of one moment


@dataclass(frozen=True)
class Joined(Action):
    person: Person
    rank = 0


@dataclass(frozen=True)
class Visited(Action):
    """A session on the site that begins at `at`; `seconds` long, reading these topics in this order."""

    seconds: int
    topics: tuple[str, ...]
    rank = 1


@dataclass(frozen=True)
class TopicStarted(Action):
    topic: str
    rank = 2


@dataclass(frozen=True)
class Posted(Action):
    """An answer to a question, or a reply in a discussion or under an article."""

    topic: str
    post: int
    rank = 3


@dataclass(frozen=True)
class Commented(Action):
    topic: str
    post: int
    comment: int
    rank = 4


@dataclass(frozen=True)
class Edited(Action):
    """The author adds the text's `addition` to the post."""

    topic: str
    post: int
    rank = 5


@dataclass(frozen=True)
class Accepted(Action):
    topic: str
    post: int
    rank = 5


@dataclass(frozen=True)
class Voted(Action):
    topic: str
    post: int
    value: int  # +1 or -1
    rank = 6


@dataclass(frozen=True)
class Bookmarked(Action):
    topic: str
    rank = 6


@dataclass(frozen=True)
class Followed(Action):
    kind: str  # "topic", "tag" or "member"
    target: str  # a topic's key, a tag, a username
    rank = 6
