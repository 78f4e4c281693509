"""Retention once more, member by member and instant by instant, from the definitions alone.

It knows periods as pairs of instants, where the expressions number them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

LENGTHS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
ACTIVE = {"topic_started", "answer_posted", "reply_posted", "comment_posted", "vote_cast", "answer_accepted"}
ACTIVE |= {"bookmarked", "bounty_offered"}


class Event(NamedTuple):
    person: int
    name: str
    at: datetime
    id: int


class Oracle:
    """`history`: (person, name, time) in the order of ids."""

    def __init__(self, history: Iterable[tuple[int, str, datetime]], given: Mapping[str, Any], as_of: datetime) -> None:
        self.given, self.as_of, self.zone = given, as_of, ZoneInfo(given["tz"])
        self.windows: Sequence[tuple[int, int]] = [(k, k) for k in range(given["periods"])]
        if given["kind"] == "bracket":
            parts = [part.split("-") for part in given["brackets"].split(",")]
            self.windows = [(int(part[0]), int(part[-1])) for part in parts]
        self.members: dict[int, list[Event]] = {}
        self.midnights: dict[date, datetime] = {}
        for one in sorted((Event(*each, pk) for pk, each in enumerate(history)), key=lambda one: (one.at, one.id)):
            if one.at < as_of:
                self.members.setdefault(one.person, []).append(one)
        back = names(given["back"])
        self.back = {person: [one for one in found if one.name in back] for person, found in self.members.items()}

    def answer(self) -> dict[str, Any]:
        """What the command must say."""
        rows = [self._row(cohort, found) for cohort, found in self._cohorts().items()]
        return {"rows": rows, "overall": [self._overall(k, rows) for k in range(len(self.windows))]}

    def behind(self, cohort: date, k: int) -> set[int]:
        starts = self._cohorts()[cohort]
        return {person for person, start in starts.items() if self._came(person, start, cohort, k)}

    def _row(self, cohort: date, starts: Mapping[int, Event]) -> dict[str, Any]:
        cells = []
        for k in range(len(self.windows)):
            state = self._state(cohort, k)
            count = sum(self._came(person, start, cohort, k) for person, start in starts.items())
            value = count / len(starts) if starts else None
            future = state == "future"
            cells.append(
                {"k": k, "value": None if future else value, "count": None if future else count, "state": state}
            )
        return {"cohort": cohort.isoformat(), "size": len(starts), "cells": cells}

    def _overall(self, k: int, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        entering = [row for row in rows if row["size"] and row["cells"][k]["state"] == "complete"]
        size, count = sum(row["size"] for row in entering), sum(row["cells"][k]["count"] for row in entering)
        return {"k": k, "value": count / size if size else None, "count": count, "size": size, "cohorts": len(entering)}

    def _cohorts(self) -> dict[date, dict[int, Event]]:
        found: dict[date, dict[int, Event]] = {}
        for person, events in self.members.items():
            for start in self._starts(events):
                found.setdefault(self._first_day(start.at), {}).setdefault(person, start)
        if not found:
            return {}
        days, day = [min(found)], min(found)
        while day < max(found):
            day = self._later(day, 1)
            days.append(day)
        return {day: found.get(day, {}) for day in days}

    def _starts(self, events: Sequence[Event]) -> list[Event]:
        wanted = names(self.given["start"])
        starting = [one for one in events if one.name in wanted]
        within = [one for one in starting if self._within(one.at)]
        if self.given["mode"] == "recurring":
            return within
        if self.given["mode"] == "first_ever":
            return [one for one in starting[:1] if one in within]
        return within[:1]

    def _within(self, moment: datetime) -> bool:
        since, until = (self._bound(self.given[name]) for name in ("since", "until"))
        return (since is None or moment >= since) and (until is None or moment < until)

    def _bound(self, text: str) -> datetime | None:
        return self._midnight(date.fromisoformat(text)) if text else None

    def _came(self, person: int, start: Event, cohort: date, k: int) -> bool:
        begins, ends = self._window(start.at, cohort, k)
        return any(
            begins <= one.at
            and (self.given["kind"] == "on_or_after" or one.at < ends)
            and (one.at, one.id) > (start.at, start.id)
            for one in self.back[person]
        )

    def _window(self, start: datetime, cohort: date, k: int) -> tuple[datetime, datetime]:
        first, last = self.windows[k]
        if self.given["rolling"]:
            length = LENGTHS[self.given["period"]]
            return start + first * length, start + (last + 1) * length
        return self._midnight(self._later(cohort, first)), self._midnight(self._later(cohort, last + 1))

    def _state(self, cohort: date, k: int) -> str:
        earliest, latest = self._midnight(cohort), self._midnight(self._later(cohort, 1))
        begins, ends = self._window(earliest, cohort, k)[0], self._window(latest, cohort, k)[1]
        if begins > self.as_of:
            return "future"
        return "partial" if ends > self.as_of else "complete"

    def _first_day(self, moment: datetime) -> date:
        day = moment.astimezone(self.zone).date()
        if self.given["period"] == "month":
            return day.replace(day=1)
        return day - timedelta(days=day.weekday()) if self.given["period"] == "week" else day

    def _later(self, day: date, periods: int) -> date:
        if self.given["period"] != "month":
            return day + periods * LENGTHS[self.given["period"]]
        for _nth in range(periods):
            day = (day + timedelta(days=31)).replace(day=1)
        return day

    def _midnight(self, day: date) -> datetime:
        if day not in self.midnights:
            self.midnights[day] = datetime.combine(day, time(), self.zone).astimezone(UTC)
        return self.midnights[day]


def names(text: str) -> set[str]:
    return {name for part in text.split("|") for name in (ACTIVE if part == "active" else [part])}
