"""Whatever is sent, it is an event or refused with a reason that is counted; never a fault of ours."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from events.collecting.checking import AHEAD_US, LATE_US, Act, Clock, Declaration, Refused, check
from events.collecting.parcels import Parcel, lateness, pack, row_of, unpack
from events.collecting.reading import Batch, Unreadable, read
from events.collecting.seen import host_of, word
from events.context import Context
from events.models.intake import LATE, REFUSED

NOW = 1_795_253_400_000_000
DECLARED = {"done": Declaration(frozenset({"topic"}), frozenset({"plan"}))}

text = st.text(max_size=12) | st.sampled_from(
    ["done", "topic", "plan", "2026-11-21T09:30:00Z", "a@b.co", "\x00", "\ud800"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | text
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3)
)
events = json_values | st.fixed_dictionaries(
    {"name": st.just("done")},
    optional={
        "at": scalars | st.integers(NOW // 1000 - 10**10, NOW // 1000 + 10**7),
        "id": scalars,
        "object": json_values | st.fixed_dictionaries({"kind": text, "id": scalars}),
        "value": scalars,
        "properties": json_values | st.dictionaries(st.just("plan"), scalars),
    },
)


def checked(event: object, clock: Clock = Clock(NOW)) -> Act | str:  # noqa: B008 (frozen)
    """The act, or the reason for which it is refused."""
    try:
        return check(event, declared=DECLARED, clock=clock)
    except Refused as refused:
        return refused.reason


@given(events)
def test_every_event_is_taken_as_it_can_be_written_or_refused_by_a_known_reason(event):
    act = checked(event)
    if isinstance(act, str):
        assert act in REFUSED
        return
    assert NOW - LATE_US <= act.epoch_us <= NOW
    parcel = Parcel("api", date(2026, 11, 21))
    parcel.take(act, row_of(act, unit=1, context=Context()), now_us=NOW)
    assert unpack(pack(parcel).encode("utf-8")) == parcel
    assert "\0" not in pack(parcel)


@given(st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()))
def test_every_body_is_a_batch_or_unreadable(body):
    with suppress(Unreadable):
        assert isinstance(read(body), Batch)


@given(st.integers(-LATE_US - 10, AHEAD_US + 10))
def test_an_event_is_taken_from_thirty_days_back_to_a_clock_that_is_a_minute_ahead(offset):
    act = checked({"name": "done", "at": (NOW + offset) // 1000}, Clock(NOW, offset % 1000))
    if offset < -LATE_US or offset > AHEAD_US:
        assert act == ("too_late" if offset < 0 else "future")
    else:
        assert act.epoch_us == min(NOW, NOW + offset)


def test_how_late_an_event_came_has_a_word():
    hour = 3_600_000_000
    assert [lateness(hours * hour) for hours in (0, 1, 24, 25, 168, 169)] == [
        "",
        "",
        LATE[0],
        LATE[1],
        LATE[1],
        LATE[2],
    ]
    assert lateness(hour + 1) == LATE[0]


@given(st.text())
def test_a_source_is_a_word_whatever_was_sent(sent):
    for made in (word(sent), host_of(sent)):
        assert len(made) <= 60
        assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
