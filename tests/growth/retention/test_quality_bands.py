"""Between which numbers a day is expected, and what is found out of order: numbers in, numbers out."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.retention.quality import wording
from growth.retention.quality.bands import band
from growth.retention.quality.judging import findings, refused

DAY = 20_000
WEEKS = range(DAY - 56, DAY)


def banded(*counts):
    return band(dict(zip(WEEKS, counts, strict=True)), DAY, WEEKS.start - 1)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # ((√(n + 3/8) ± 2)² - 3/8, rounded inwards: (10.0187 - 2)² = 64.3 and (10.0187 + 2)² = 144.4 for a hundred.
    [(0, 0, 6), (1, 0, 9), (6, 0, 20), (7, 1, 21), (100, 64, 144), (10_000, 9604, 10_404)],
)
def test_about_the_same_number_each_day_a_band_is_as_wide_as_chance(count, low, high):
    assert banded(*[count] * 56) == (low, count, high)


def test_a_day_is_held_against_its_own_weekday():
    week = [0, 0, 100, 100, 100, 100, 100]  # two days of rest, DAY the first of them
    counts = dict(zip(WEEKS, week * 8, strict=True)) | {DAY: 0}
    assert band(counts, DAY, 0).high == 6
    assert band(counts, DAY + 2, 0).low == 64


def test_two_wild_weeks_do_not_move_the_band():
    calm = [100] * 56
    assert banded(*[0] * 7, *[5000] * 7, *calm[14:]) == banded(*calm)


def test_days_that_vary_make_the_band_wide():
    told = banded(*[50, 150] * 28)  # roots of 14.20 and 24.53: 19.36 ± 4 · 1.4826 · 5.17
    assert (told.low, told.high) == (0, 624)
    assert told.usual == 100


def test_an_event_of_less_than_eight_whole_weeks_has_no_band():
    assert band({DAY - 1: 100}, DAY, WEEKS.start) is None
    assert band({DAY - 1: 100}, DAY, WEEKS.start - 1) is not None


@given(st.lists(st.integers(0, 10_000), min_size=56, max_size=56))
def test_the_usual_number_is_within_the_band_and_in_the_middle_of_its_weekday(counts):
    told = banded(*counts)
    weekday = sorted(counts[::7])
    assert told.usual == (weekday[3] + weekday[4]) / 2
    assert 0 <= told.low <= weekday[4]
    assert weekday[3] <= told.high
    assert (told.state(told.low), told.state(told.high)) == ("within", "within")
    assert (told.state(told.low - 1), told.state(told.high + 1)) == ("below", "above")


@pytest.mark.slow
@pytest.mark.parametrize(("spread", "seldom"), [(0.0, 0.001), (1 / 3, 0.01)])
def test_of_days_like_those_before_hardly_one_is_outside(spread, seldom):
    dice = random.Random(3)  # noqa: S311 (no secret)

    def count():
        mean = dice.gammavariate(spread**-2, 300 * spread**2) if spread else 300
        return max(0, round(dice.gauss(mean, mean**0.5)))  # of 300, chance is nearly normal

    wild = sum(banded(*[count() for _ in WEEKS]).state(count()) != "within" for _ in range(4000))
    assert wild / 4000 <= seldom


def an_answer(**given):
    source = {"source": "api", "written": 0, "refused": 0, "duplicate": 0, "late_1h": 0, "late_1d": 0, "late_7d": 0}
    empty = {"volume": [], "intake": [], "pages": [], "lake": {"lag": 10.0, "waiting": 0}, "tables": []}
    return empty | given | {"intake": [source | one for one in given.get("intake", ())]}


def page_day(server, beacon, state="complete"):
    return {"day": "2026-11-20", "server": server, "beacon": beacon, "state": state}


def event(state, count):
    days = [{"day": "2026-11-20", "count": count, "low": 64, "usual": 100, "high": 144, "state": state}]
    return {"name": "vote_cast", "days": days}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"volume": [event("within", 100), event("no_band", 9)]}, []),
        ({"volume": [event("above", 145)]}, ["vote_cast: 145 on 2026-11-20, more than the 144 up to which"]),
        ({"volume": [event("below", 63)]}, ["vote_cast: 63 on 2026-11-20, less than the 64 that were at least"]),
        ({"intake": [{"written": 99, "refused": 1}]}, []),
        ({"intake": [{"written": 98, "refused": 2}]}, ["Programs, by the API: 2.0 % of what was sent was refused"]),
        ({"intake": [{"written": 97, "refused": 2}]}, []),  # of 99
        ({"intake": [{"source": "import", "written": 9, "refused": 900}]}, []),
        ({"intake": [{"written": 94, "duplicate": 6}]}, ["Programs, by the API: 6.0 % of what was sent had come"]),
        ({"intake": [{"written": 100, "late_1d": 3, "late_7d": 3}]}, ["Programs, by the API: 6.0 % came more than a"]),
        ({"intake": [{"written": 100, "late_1h": 90, "late_7d": 5}]}, []),
        ({"pages": [page_day(100, 60), page_day(100, 0, "partial")]}, []),
        ({"pages": [page_day(100, 59)]}, ["Browsers told of 59.0 % of the pages that the site showed on 2026-11-20"]),
        ({"pages": [page_day(1000, 1201)]}, ["Browsers told of 120.1 % of the pages"]),
        ({"pages": [page_day(99, 0)]}, []),
        ({"lake": {"lag": None, "waiting": 0}}, []),
        ({"lake": {"lag": None, "waiting": 1234}}, ["1,234 events wait, and nothing was ever sealed."]),
        ({"lake": {"lag": 900.0, "waiting": 9}}, []),
        ({"lake": {"lag": 5400.0, "waiting": 9}}, ["The lake was last up to date 1.5 h before; 9 events wait."]),
        ({"tables": [{"table": "firstseen", "age": 901, "behind": 0}]}, []),
        ({"tables": [{"table": "firstseen", "age": 900, "behind": 7}]}, []),
        ({"tables": [{"table": "firstseen", "age": 901, "behind": 7}]}, ["The table firstseen has not taken up 7"]),
        ({"tables": [{"table": "firstseen", "age": None, "behind": 7}]}, ["The table firstseen has not taken up 7"]),
    ],
)
def test_what_is_beyond_its_limit_is_found_and_nothing_else(given, found):
    told = [wording.finding(one) for one in findings(an_answer(**given))]
    assert [text[: len(start)] for text, start in zip(told, found, strict=True)] == found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"volume": [event("within", 100)] * 14, "intake": [{"written": 998, "refused": 2}]},
            "All 14 events were within their bands on 2026-11-20. "
            "0.2 % of what browsers and programs sent was refused. Sealed 10.0 s before this was counted.",
        ),
        (
            {"volume": [event("above", 145), event("within", 99)], "lake": {"lag": None}},
            "1 of 2 events was outside its band on 2026-11-20. Browsers and programs sent nothing. "
            "Nothing has been sealed yet.",
        ),
        (
            {"volume": [event("no_band", 1)], "intake": [{"source": "import", "refused": 9}]},
            "No event has eight weeks behind it, so no volume is judged. Browsers and programs sent nothing. "
            "Sealed 10.0 s before this was counted.",
        ),
    ],
)
def test_the_headline_tells_of_volume_refusals_and_the_lake(given, said):
    assert wording.headline(an_answer(**given)) == said


def test_what_imports_skip_is_not_what_live_sources_are_refused():
    assert (
        refused(an_answer(intake=[{"source": "import", "refused": 9}, {"written": 3, "refused": 1}])["intake"]) == 0.25
    )
