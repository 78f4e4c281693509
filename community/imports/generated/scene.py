"""The community as it comes to be: what later acts need to find again, and what is left to be written in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from random import Random

from community.forum.models import Bookmark, Category, Follow, Post, Tag, Topic, Vote
from community.members.models import Member
from events.context import Context
from events.models import Event

from .actions import Visited
from .deserving import Deserved
from .habits import Habits
from .plan import Plan


@dataclass
class Mark:
    """How far a member has read a topic."""

    at: datetime
    number: int


@dataclass
class Scene:
    plan: Plan
    categories: dict[str, Category]  # by name
    tags: dict[str, Tag]
    members: dict[str, Member]  # by the plan's usernames
    topics: dict[str, Topic] = field(default_factory=dict)  # by key
    posts: dict[tuple[str, int], Post] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)  # the newest post's number, by the topic's key
    sessions: dict[str, Context] = field(default_factory=dict)  # of each member's present visit
    marks: dict[tuple[str, str], Mark] = field(default_factory=dict)  # by username and topic's key
    visits: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    habits: Habits = field(default_factory=Habits)
    follows: list[Follow] = field(default_factory=list)
    bookmarks: list[Bookmark] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    deserved: list[Deserved] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def earn(self, deserved: Iterable[Deserved]) -> None:
        self.deserved.extend(deserved)

    def author_of(self, post: Post) -> Member:
        assert post.author is not None  # noqa: S101 (nobody leaves in the plan)
        return post.author

    def begin_session(self, visit: Visited) -> None:
        """A number for the visit's session; most people sit at a desk."""
        name = f"{visit.username} {visit.at.isoformat()}"
        self.visits[visit.username].append(visit.at)
        self.sessions[visit.username] = Context(
            session=int.from_bytes(sha256(name.encode()).digest()[:7]),
            source="web",
            device=Random(name).choices(["desktop", "phone", "tablet"], [75, 22, 3])[0],  # noqa: S311
            language=self.members[visit.username].language or "en",
        )

    def mark(self, username: str, topic: str, at: datetime) -> None:
        """Who has the topic on the screen sees all that is there; more of another's than before may give points."""
        number, before = self.last[topic], self.marks.get((username, topic))
        self.marks[username, topic] = Mark(at, number)
        row, member = self.topics[topic], self.members[username]
        if (before is None or before.number < number) and row.author_id != member.pk:
            self.earn(self.habits.read_to_the_end(member.pk, row.pk, at))
