"""Who came and who left, by refreshes that may race."""

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.engine import EVENTS, reading
from events.record import record
from growth.segments import belongings, history, keeping, membership, refreshing
from growth.segments.conditions import Invalid
from growth.segments.models import Membership, Segment, SegmentVersion
from tests.growth.segments.conftest import HELPERS


def persons(segment: Segment) -> list[int]:
    return sorted(Membership.objects.current().filter(segment=segment).values_list("person", flat=True))


def claim_of(segment: Segment) -> refreshing.Claim:
    return refreshing.Claim(segment.pk, segment.versions.count(), HELPERS, segment.who, timezone.now())


def test_a_refresh_writes_down_who_is_in(helpers, alice, bob, carol, refresh):
    for member in (alice, bob):
        record("answer_posted", unit=member.pk)
    refresh(helpers)
    assert persons(helpers) == [alice.pk, bob.pk]
    assert (helpers.size, helpers.error, helpers.working) == (2, "", False)
    assert membership.has(alice.pk, "helpers")
    assert not membership.has(carol.pk, "helpers")
    assert not membership.has(alice.pk, "no-such")
    assert membership.keys_of(bob.pk) == {"helpers"}


def test_who_no_longer_fits_leaves_and_may_come_back(alice, refresh):
    segment = keeping.create("Fresh", definition={"attribute": "points", "at_least": 5}, by=None)
    for points in (9, 1, 9):
        type(alice).objects.filter(pk=alice.pk).update(points_total=points)
        refresh(segment)
    spans = list(Membership.objects.filter(person=alice.pk).order_by("entered_at").values_list("entered_at", "left_at"))
    assert len(spans) == 2
    assert spans[0][0] < spans[0][1] < spans[1][0]
    assert spans[1] == (segment.refreshed_at, None)


def test_several_that_are_due_are_refreshed_together(alice, monkeypatch):
    record("answer_posted", unit=alice.pk)
    made = [keeping.create(f"S{n}", definition={"event": "answer_posted", "at_most": n}, by=None) for n in range(3)]
    asked = []
    evaluate = refreshing.evaluate
    monkeypatch.setattr(refreshing, "evaluate", lambda reader, asks: asked.append(len(asks)) or evaluate(reader, asks))
    assert refreshing.refresh_due(timezone.now()) == 3
    assert asked == [3]
    assert [persons(segment) for segment in made] == [[], [alice.pk], [alice.pk]]


def test_refreshed_ones_are_due_by_the_hour_and_static_ones_once(db, refresh):
    hourly = keeping.create("Hourly", definition=HELPERS, by=None)
    once = keeping.create("Once", definition=HELPERS, kind="static", by=None)
    refresh(hourly, once)
    later = timezone.now() + timedelta(minutes=61)
    assert list(Segment.objects.due(timezone.now())) == []
    assert list(Segment.objects.due(later)) == [hourly]


def test_a_definition_that_is_void_by_now_fails_alone_and_says_so(helpers, alice, refresh):
    record("answer_posted", unit=alice.pk)
    broken = keeping.create("Broken", definition=HELPERS, by=None)
    SegmentVersion.objects.create(segment=broken, number=2, definition={"event": "gone_since"})
    refresh(broken, helpers)
    assert "unknown_event" in broken.error
    assert persons(helpers) == [alice.pk]


def test_an_older_refresh_that_comes_late_changes_nothing(helpers):
    now = timezone.now()
    claim = claim_of(helpers)
    assert refreshing.apply(claim, np.array([1, 2]), now)
    assert not refreshing.apply(claim, np.array([3]), now - timedelta(seconds=1))
    assert not refreshing.apply(claim, np.array([3]), now)
    assert persons(helpers) == [1, 2]


def test_what_was_counted_by_an_older_definition_is_not_written(helpers):
    claim = claim_of(helpers)
    keeping.revise(helpers, definition={"event": "topic_started"}, by=None)
    assert not refreshing.apply(claim, np.array([1]), timezone.now())
    assert persons(helpers) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 8), st.sets(st.integers(1, 5))), max_size=8))
def test_a_history_does_not_overlap_and_adds_up(helpers, rounds: Sequence[tuple[int, set[int]]]):
    """Refreshes as of any order of times: size = entered − left, and one's spans follow one another."""
    with transaction.atomic():
        start = datetime(2026, 1, 1, tzinfo=UTC)
        for step, people in rounds:
            refreshing.apply(claim_of(helpers), np.array(sorted(people), np.int64), start + timedelta(days=step))
        rows = list(Membership.objects.filter(segment=helpers).order_by("person", "entered_at"))
        helpers.refresh_from_db()
        assert (helpers.size or 0) == len(rows) - sum(row.left_at is not None for row in rows)
        for before, after in zip(rows, rows[1:], strict=False):
            assert before.person != after.person or (before.left_at and before.left_at <= after.entered_at)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_two_refreshes_at_once_leave_one_history():
    segment = keeping.create("Raced", definition=HELPERS, by=None)
    claim = claim_of(segment)
    start = timezone.now()
    gate = threading.Barrier(4)

    def run(step: int) -> None:
        gate.wait()
        refreshing.apply(claim, np.array([1, 2, 10 + step]), start + timedelta(seconds=step))
        connection.close()

    threads = [threading.Thread(target=run, args=[step]) for step in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert persons(segment) == [1, 2, 13]
    assert Membership.objects.filter(person=1).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_segment_is_claimed_once():
    keeping.create("Claimed", definition=HELPERS, by=None)
    claimed = []
    gate = threading.Barrier(3)

    def claim() -> None:
        gate.wait()
        claimed.extend(refreshing._claim(timezone.now()))
        connection.close()

    threads = [threading.Thread(target=claim) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 1


def test_reports_filter_by_who_is_in_a_segment(helpers, alice, bob, refresh):
    record("answer_posted", unit=alice.pk)
    refresh(helpers)
    with reading() as reader:
        inside = membership.persons(reader, "helpers")
        assert inside.columns == ("person",)
        events = EVENTS.semi_join(inside, "person")
        assert {row["person"] for row in reader.records(events.select("person"))} == {alice.pk}
        with pytest.raises(ValueError, match="no-such"):
            membership.persons(reader, "no-such")


def test_an_empty_segment_filters_everybody_out(helpers, alice):
    with reading() as reader:
        assert reader.records(EVENTS.semi_join(membership.persons(reader, "helpers"), "person")) == []


def test_a_version_is_never_changed(helpers):
    assert keeping.revise(helpers, definition=HELPERS, by=None) is None
    assert keeping.revise(helpers, definition={"not": HELPERS}, by=None).number == 2
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        SegmentVersion.objects.filter(number=1).update(definition={})


def test_a_bad_definition_makes_no_segment(db):
    with pytest.raises(Invalid):
        keeping.create("Bad", definition={"event": "nope"}, by=None)
    assert not Segment.objects.exists()


@pytest.mark.django_db
def test_keys_come_out_of_names():
    names = ("Helpers", "Helpers", "helpers!", "回答者", "回答者")
    keys = [keeping.create(name, definition=HELPERS, by=None).key for name in names]
    assert keys == ["helpers", "helpers-2", "helpers-3", "segment-2", "segment-3"]


def test_members_take_their_segments_along_and_leave_them(helpers, alice, bob):
    refreshing.apply(claim_of(helpers), np.array([alice.pk, bob.pk]), timezone.now())
    assert [span["segment"] for span in belongings.export(alice)] == ["Helpers"]
    belongings.forget(alice)
    assert persons(helpers) == [bob.pk]


def test_the_history_of_a_segments_size_adds_up_day_by_day(helpers, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    late = datetime(2026, 1, 1, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    for step, people in enumerate(([1, 2, 3], [1, 4], [1, 4, 2])):
        refreshing.apply(claim_of(helpers), np.array(sorted(people)), late + timedelta(minutes=step))
    assert history.days(helpers) == [
        history.Day(date(2026, 1, 1), 3, 3, 0),
        history.Day(date(2026, 1, 2), 3, 2, 2),
    ]
