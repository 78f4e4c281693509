"""The expressions against the oracle, on histories at the edges of days, weeks, months and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.growth.retention.cohorts.oracle import Oracle
from tests.growth.retention.told import Told, answer, asked, people

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe")
NAMES = ("topic_started", "answer_posted", "vote_cast", "signed_in")
FIRST = datetime(2016, 2, 1, tzinfo=UTC)  # a leap year's February, and a spring's change of clocks after it
HALF_HOURS = st.integers(0, 2 * 24 * 75).map(lambda n: n * timedelta(minutes=30))
JITTER = st.sampled_from([timedelta(0)] * 3 + [timedelta(microseconds=1), -timedelta(microseconds=1)])


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """Few members and many ties; ids, the places in the list, in an order of their own."""
    steps = draw(st.lists(st.tuples(HALF_HOURS, JITTER).map(lambda parts: sum(parts, FIRST)), min_size=1, max_size=12))
    one = st.tuples(st.integers(1, 4), st.sampled_from(NAMES), st.sampled_from(steps)).map(lambda parts: Told(*parts))
    return draw(st.lists(one, max_size=25))


QUESTIONS = st.fixed_dictionaries(
    {
        "start": st.sampled_from(["topic_started", "signed_in|topic_started", "active"]),
        "back": st.sampled_from(["topic_started", "vote_cast", "active"]),
        "period": st.sampled_from(["day", "week", "month"]),
        "periods": st.integers(1, 9),
        "mode": st.sampled_from(["first_time", "first_ever", "recurring"]),
        "kind": st.sampled_from(["on", "on_or_after", "bracket"]),
        "brackets": st.sampled_from(["0", "0,1-2,3-9", "1,0-3,2"]),
        "rolling": st.booleans(),
        "tz": st.sampled_from(ZONES),
        "since": st.sampled_from(["", "2016-02-15", "2016-03-13"]),
        "until": st.sampled_from(["", "2016-03-14", "2016-04-01"]),
    }
)
AS_OF = st.tuples(HALF_HOURS, JITTER).map(lambda parts: sum(parts, FIRST + timedelta(days=1)))


def check(history: list[Told], question: dict[str, Any], as_of: datetime) -> None:
    given = asked("retention", **question)
    oracle = Oracle(((one.person, one.name, one.at) for one in history), given, as_of)
    found = answer("retention", history, as_of, **question)
    assert found == oracle.answer()
    for row in found["rows"][-1:]:
        for cell in row["cells"][:2]:
            behind = people("retention", history, as_of, {"cohort": row["cohort"], "k": cell["k"]}, **question)
            assert behind == sorted(oracle.behind(date.fromisoformat(row["cohort"]), cell["k"]))
            assert len(behind) == (cell["count"] or 0)


# What DuckDB and Ibis keep between queries makes the first ones slower than those after.
UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@pytest.mark.slow
@settings(max_examples=150, **UNHURRIED)
@given(histories(), QUESTIONS, AS_OF)
def test_any_history_has_the_cohorts_that_its_members_tell(history, question, as_of):
    check(history, question, as_of)
