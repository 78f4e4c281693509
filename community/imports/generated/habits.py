"""The points of streaks and of reading for what is not replayed by verbs; what community.points.extras does, kept here.

The verbs do it act by act with a statement each; thousands of votes and readings are counted in memory instead. Keys
are the same, so that an act which a verb has rewarded already is not rewarded twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from community.points.extras import STREAK_FROM, TOPICS_A_DAY
from community.points.models import Habit
from community.points.periods import site_day

from .deserving import Deserved

DAY = timedelta(days=1)


@dataclass
class Habits:
    """What everybody has done so far, by member id; acts are told in the order of time."""

    active: dict[int, tuple[date, int]] = field(default_factory=dict)  # last day, days in a row
    read: dict[int, tuple[date, list[int]]] = field(default_factory=lambda: defaultdict(lambda: (date.min, [])))

    def act(self, member_id: int, at: datetime) -> Iterator[Deserved]:
        """From the third day in a row on, each day's first act gives a point."""
        today = site_day(at)
        last, streak = self.active.get(member_id, (date.min, 0))
        if last == today:
            return
        streak = streak + 1 if last == today - DAY else 1
        self.active[member_id] = today, streak
        if streak >= STREAK_FROM:
            yield Deserved(at, "streak", member_id, ("member", member_id), f"streak:{member_id}:{today}")

    def read_to_the_end(self, member_id: int, topic_id: int, at: datetime) -> Iterator[Deserved]:
        """The fifth of another's topics that is read to its end in a day gives a point."""
        today = site_day(at)
        day, topics = self.read[member_id]
        if day != today:
            topics = []
        if topic_id in topics or len(topics) == TOPICS_A_DAY:
            return
        self.read[member_id] = today, [*topics, topic_id]
        if len(topics) + 1 == TOPICS_A_DAY:
            yield Deserved(at, "topics_read", member_id, ("topic", topic_id), f"topics_read:{member_id}:{today}")

    def save(self) -> None:
        """So that a streak goes on tomorrow."""
        rows = []
        for pk in self.active.keys() | self.read.keys():
            active_day, streak = self.active.get(pk, (None, 0))
            read_day, topics = self.read.get(pk, (None, []))
            rows.append(Habit(pk, active_day=active_day, streak=streak, read_day=read_day, read_topics=topics))
        Habit.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["member"],
            update_fields=["active_day", "streak", "read_day", "read_topics"],
        )
