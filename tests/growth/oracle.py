"""The weekly numbers once more, in plain Python over plain rows: what growth.home must find in the database."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from community.forum.models import Post, Topic
from community.members.models import Member
from events.models import Event

ACTIVE = {"topic_started", "answer_posted", "reply_posted", "comment_posted", "vote_cast", "answer_accepted"}
ACTIVE |= {"bookmarked", "bounty_offered"}
WEEK = timedelta(days=7)
Found = dict[tuple[str, date], tuple[float | None, int, int | None, bool]]


class Oracle:
    def __init__(self, as_of: datetime, zone: str) -> None:
        self.as_of, self.zone, self.found = as_of, ZoneInfo(zone), Found()
        self.staff = {member.pk for member in Member.objects.all() if member.is_staff}
        self.events = [event for event in Event.objects.all() if event.at < as_of and event.person > 0]
        self.topics = [topic for topic in Topic.objects.all() if topic.created_at < as_of]
        self.posts: dict[int, list[Post]] = defaultdict(list)
        for post in Post.objects.defer("search"):
            if post.created_at < as_of and not post.deleted_at and not post.hidden_at and post.number:
                self.posts[post.topic_id].append(post)
        times = [event.at for event in Event.objects.all()] + [topic.created_at for topic in Topic.objects.all()]
        self.weeks = [self.monday(min(times))]
        while self.weeks[-1] + WEEK <= self.monday(as_of):
            self.weeks.append(self.weeks[-1] + WEEK)

    def monday(self, at: datetime) -> date:
        day = at.astimezone(self.zone).date()
        return day - timedelta(days=day.weekday())

    def over(self, week: date, window: timedelta) -> bool:
        end = week + WEEK
        return datetime(end.year, end.month, end.day, tzinfo=self.zone).timestamp() + window.total_seconds() <= (
            self.as_of.timestamp()
        )

    def compute(self) -> Found:
        for week in self.weeks:
            self._counts(week)
            self._questions(week)
        return self.found

    def _put(self, metric: str, week: date, value: float | None, numerator: int, denominator: int | None, days: int):
        complete = self.over(week, timedelta(days=days))
        self.found[metric, week] = (value if value is None else round(value, 6), numerator, denominator, complete)

    def _counts(self, week: date) -> None:
        def people(names: set[str], weeks: set[date]) -> int:
            told = {event.person for event in self.events if event.name in names and self.monday(event.at) in weeks}
            return len(told - self.staff)

        standing = {t.pk: t for t in self.topics if not (t.deleted_at or t.hidden_at or t.merged_into_id)}
        started = [t for t in standing.values() if t.author_id not in self.staff and self.monday(t.created_at) == week]
        answers = [
            post
            for topic in standing.values()
            if topic.kind == "question"
            for post in self.posts[topic.pk]
            if post.author_id not in self.staff and self.monday(post.created_at) == week
        ]
        counts = {
            "members": people({"signed_up"}, {w for w in self.weeks if w <= week}),
            "new_members": people({"signed_up"}, {week}),
            "active_members": people(ACTIVE, {week}),
            "topics": len(started),
            "answers": len(answers),
        }
        for metric, count in counts.items():
            self._put(metric, week, count, count, None, 0)
        self.asked = [topic for topic in started if topic.kind == "question"]

    def _questions(self, week: date) -> None:
        helped, answered = [], []
        for topic in self.asked:
            posts = self.posts[topic.pk]
            others = [p for p in posts if p.author_id is None or p.author_id != topic.author_id]
            helped.append(min((p.created_at - topic.created_at for p in others), default=None))
            answered.append(min((p.created_at - topic.created_at for p in posts), default=None))
        n = len(self.asked)
        hours = sorted(h.total_seconds() / 3600 if h is not None and h <= WEEK else math.inf for h in helped)
        in_week = sum(h < math.inf for h in hours)
        for metric, share in (("first_answer_median", 0.5), ("first_answer_p75", 0.75)):
            value = hours[math.ceil(share * n) - 1] if n else math.inf
            self._put(metric, week, None if value == math.inf else value, in_week, n, 7)
        still = [
            topic
            for topic, first in zip(self.asked, answered, strict=True)
            if (first is None or first > WEEK)
            and (topic.closed_at is None or topic.closed_at - topic.created_at > WEEK)
        ]
        now = [t for t, first in zip(self.asked, answered, strict=True) if first is None and t.closed_at is None]
        in_day = sum(h <= 24 for h in hours)
        for metric, count, days in (
            ("answered_in_a_day", in_day, 1),
            ("answered_in_a_week", in_week, 7),
            ("unanswered", len(still), 7),
            ("unanswered_today", len(now), 7),
        ):
            self._put(metric, week, count / n if n else None, count, n, days)
