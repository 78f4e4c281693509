"""The everyday metrics once more, from the words of docs/metrics.md, in plain Python over lists."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

from events.engine.calendar import number

ACTIVE = {
    "topic_started",
    "answer_posted",
    "reply_posted",
    "comment_posted",
    "vote_cast",
    "answer_accepted",
    "bookmarked",
    "bounty_offered",
}
HAPPENS = {"answer_received", "comment_received", "vote_received", "accept_received", "badge_earned", "exposed"}
ATTEMPTS = {"topic_started", "answer_posted", "reply_posted", "comment_posted", "post_edited", "vote_cast"}
WEEK = timedelta(days=7)


class Oracle:
    def __init__(self, history, as_of, zone, period, event):
        self.events = sorted((one for one in history if one.at < as_of), key=lambda one: one.at)
        self.as_of, self.zone, self.period, self.event = as_of, ZoneInfo(zone), period, event

    def sums(self, key):
        """Period to (numerator, denominator)."""
        found = getattr(self, key)()
        return {when: sums for when, sums in found.items() if any(sums)}

    def when(self, moment):
        return number(self.day(moment), self.period)

    def day(self, moment):
        return moment.astimezone(self.zone).date()

    def named(self, *names):
        return [one for one in self.events if one.name in names]

    def active_time(self):
        return self.per_day(self.named("page_viewed", "topic_read"))

    def reading_time(self):
        return self.per_day(self.named("topic_read"))

    def per_day(self, seen):
        seconds, days = defaultdict(int), defaultdict(set)
        for one in seen:
            seconds[self.when(one.at)] += self.seconds(one)
            days[self.when(one.at)].add((one.person, self.day(one.at)))
        return {when: (seconds[when], len(days[when])) for when in days}

    @staticmethod
    def seconds(one):
        if one.name == "topic_read":
            return one.value
        return one.properties.get("seconds", 0) if one.name == "page_viewed" and one.about is None else 0

    def visits(self):
        """Lists of events, each a session."""
        of = defaultdict(list)
        for one in self.events:
            if one.name not in HAPPENS:
                of[one.person].append(one)
        for events in of.values():
            visit = [events[0]]
            for one in events[1:]:
                if one.at - visit[-1].at > timedelta(minutes=30):
                    yield visit
                    visit = []
                visit.append(one)
            yield visit

    def sessions(self):
        begun = defaultdict(list)
        for visit in self.visits():
            begun[self.when(visit[0].at)].append(visit[0].person)
        return {when: (len(persons), len(set(persons))) for when, persons in begun.items()}

    def bounce_rate(self):
        found = defaultdict(lambda: (0, 0))
        for visit in self.visits():
            names = [one.name for one in visit]
            if views := names.count("page_viewed"):
                alone = views == 1 and not set(names) - {"page_viewed", "topic_read", "impression"}
                bounced = alone and sum(map(self.seconds, visit)) < 10
                when = self.when(visit[0].at)
                found[when] = (found[when][0] + bounced, found[when][1] + 1)
        return found

    def penetration(self):
        did, active = defaultdict(set), defaultdict(set)
        for one in self.events:
            if one.name == self.event:
                did[self.when(one.at)].add(one.person)
            if one.name in ACTIVE:
                active[self.when(one.at)].add(one.person)
        return {when: (len(did[when] & persons), len(persons)) for when, persons in active.items()}

    def frequency(self):
        did = defaultdict(list)
        for one in self.named(self.event):
            did[self.when(one.at)].append(one.person)
        return {when: (len(persons), len(set(persons))) for when, persons in did.items()}

    def error_rate(self):
        found = defaultdict(lambda: (0, 0))
        for one in self.events:
            errors, attempts = found[self.when(one.at)]
            error, attempt = one.name in {"submit_failed", "undone"}, one.name in ATTEMPTS | {"submit_failed"}
            found[self.when(one.at)] = (errors + error, attempts + attempt)
        return found

    def waits(self):
        """(moment, whole seconds waited, answered) of each question."""
        for one in self.named("topic_started"):
            if one.properties.get("kind") == "question" and one.about is not None:
                answers = [a.at for a in self.named("answer_received") if a.properties.get("topic") == one.about]
                end = min(answers, default=self.as_of)
                yield one.at, max(end - one.at, timedelta(0)) // timedelta(seconds=1), bool(answers), end

    def first_answer(self):
        found = defaultdict(lambda: (0, 0))
        for at, _seconds, answered, _end in self.waits():
            found[self.when(at)] = (found[self.when(at)][0] + answered, found[self.when(at)][1] + 1)
        return found

    def unanswered(self):
        found = defaultdict(lambda: (0, 0))
        for at, _seconds, answered, end in self.waits():
            if at + WEEK <= self.as_of:
                late = not (answered and end - at <= WEEK)
                found[self.when(at)] = (found[self.when(at)][0] + late, found[self.when(at)][1] + 1)
        return found
