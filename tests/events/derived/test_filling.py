"""Filled batch by batch equals made anew, whatever came in which order; and both equal plain counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from events import derived, visitors
from events.context import Context
from events.derived import rebuilding
from events.lake import background, compaction, lock
from events.models import (
    DailyCount,
    Erasure,
    Event,
    FillMark,
    FirstSeen,
    LakeDay,
    LakeFile,
    PersonDay,
    PersonFacts,
    Seal,
    VisitorLink,
)
from events.record import event, record_all
from tests.events.lake.holding import seal

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ZONE = ZoneInfo("America/Sao_Paulo")
START = datetime(2018, 11, 3, 22, tzinfo=UTC)  # two hours before the clock jumps at midnight
TABLES = (FirstSeen, PersonDay, DailyCount, PersonFacts)
UNITS = (1, 2, 3, -11, -12, -13)

ABOUT = [
    {},
    {"signed_up": {"method": "email"}, "topic_started": {"category": "a"}},
    {"signed_up": {"method": "github"}, "answer_posted": {"category": "b"}},
]
VALUES = {"vote_cast": 1.0, "topic_read": 0.5}
NAMES = ["signed_up", "vote_cast", "topic_read", "topic_started", "answer_posted"]


def happening(unit: int, hours: int, name: str, source: str, about: dict[str, dict[str, str]]) -> Event:
    context = Context(source=source)
    at = START + timedelta(hours=hours)
    return event(name, unit=unit, at=at, value=VALUES.get(name), context=context, **about.get(name, {}))


happenings = st.builds(
    happening,
    st.sampled_from(UNITS),
    st.integers(0, 60),
    st.sampled_from(NAMES),
    st.sampled_from(["web", "api", ""]),
    st.sampled_from(ABOUT),
)
steps = st.one_of(
    st.tuples(st.just("write"), st.lists(happenings, min_size=1, max_size=8)),
    st.tuples(st.just("link"), st.sampled_from([(11, 1), (12, 1), (13, 2), (11, 3)])),
    st.tuples(st.just("fill"), st.none()),
    st.tuples(st.just("merge"), st.none()),
    st.tuples(st.just("erase"), st.sampled_from([1, 2, 3])),
)


@hypothesis_settings(max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=3, max_size=14))
def test_filled_in_batches_equals_made_anew(db, tmp_path_factory, steps):
    with a_world(tmp_path_factory.mktemp("lake")):
        gone: set[int] = set()
        for what, given in [*steps, ("fill", None)]:
            take(what, given, gone)
        with lock.holding():
            assert rebuilding.check() == dict.fromkeys(("firstseen", "personday", "dailycount", "personfacts"), 0)
        counted()


@contextmanager
def a_world(folder: Path) -> Iterator[None]:
    """An empty lake and empty tables, for one example."""
    for model in (Event, VisitorLink, Seal, LakeFile, LakeDay, Erasure, FillMark, *TABLES):
        model.objects.all().delete()
    with override_settings(LAKE_URL=str(folder), TIME_ZONE=str(ZONE)):
        yield


def take(what: str, given: object, gone: set[int]) -> None:
    if what == "write":
        record_all(one for one in given if one.unit not in gone)
    elif what == "link":
        visitor, member = given
        if member not in gone and -visitor not in gone:
            visitors.link(visitor, member=member, at=START)
    elif what == "fill":
        seal(background.seal)
    elif what == "merge":
        compaction.compact()
    else:
        units = [given, *(-link.visitor for link in VisitorLink.objects.filter(member=given))]
        gone.update(units)
        Erasure.objects.create(units=units)


def counted() -> None:
    """The tables against a count of PostgreSQL's rows in plain Python."""
    member = {-link.visitor: link.member for link in VisitorLink.objects.all()}
    events = sorted(Event.objects.all(), key=lambda one: (one.epoch_us, one.id))
    days: Counter[tuple] = Counter()
    firsts: dict[tuple, tuple] = {}
    facts: dict[int, dict[str, object]] = {}
    for one in events:
        person = member.get(one.unit, one.unit)
        days[person, one.at.astimezone(ZONE).date(), one.name] += 1
        firsts.setdefault((person, one.name), (one.epoch_us, one.id))
        known = facts.setdefault(person, {"source": one.source, "join_method": "", "first_category": ""})
        if one.name == "signed_up" and not known["join_method"]:
            known["join_method"] = one.properties.get("method", "")
        known["first_category"] = known["first_category"] or one.properties.get("category", "")
    assert {(row.person, row.day, row.name): row.count for row in PersonDay.objects.all()} == days
    assert {(row.person, row.name): (row.epoch_us, row.event_id) for row in FirstSeen.objects.all()} == firsts
    assert {
        row.person: {"source": row.source, "join_method": row.join_method, "first_category": row.first_category}
        for row in PersonFacts.objects.all()
    } == facts
    assert sum(row.count for row in DailyCount.objects.all()) == len(events)
    assert sum(row.value for row in DailyCount.objects.all()) == sum(one.value or 0 for one in events)


def test_a_fill_that_stops_half_way_has_not_happened(settings, tmp_path, monkeypatch):
    settings.LAKE_URL = str(tmp_path)
    record_all([event("vote_cast", unit=1, at=START)])
    seal()
    monkeypatch.setattr(FillMark.objects.__class__, "move", lambda *_: 1 / 0, raising=False)
    with pytest.raises(ZeroDivisionError), lock.holding():
        derived.fill()
    assert not FirstSeen.objects.exists()
    monkeypatch.undo()
    with lock.holding():
        derived.fill()
        derived.fill()
    assert PersonDay.objects.get().count == 1
    assert FillMark.objects.of("personday") == FillMark.objects.of("lake") >= Seal.objects.end()


def test_tables_that_differ_are_found_and_made_anew(settings, tmp_path):
    settings.LAKE_URL = str(tmp_path)
    record_all([event("vote_cast", unit=unit, at=START, value=0.1) for unit in (1, 2, 2)])
    seal(background.seal)
    PersonDay.objects.filter(person=2).update(count=3)
    FirstSeen.objects.filter(person=1).delete()
    DailyCount.objects.create(day=START.date(), name="shared", source="", count=1, value=0)
    with lock.holding():
        assert rebuilding.check() == {"firstseen": 1, "personday": 1, "dailycount": 1, "personfacts": 0}
        assert rebuilding.rebuild() == {"firstseen": 2, "personday": 2, "dailycount": 1, "personfacts": 2}
        assert not any(rebuilding.check().values())
