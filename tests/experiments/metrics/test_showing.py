"""A preview in words and figures."""

import pytest

from experiments.metrics.showing import amount, bars, shown

BODY = {
    "since": "2026-05-26T00:00:00+00:00",
    "until": "2026-06-23T00:00:00+00:00",
    "units": 1265,
    "week": 400,
    "positive": 0.25,
    "mean": 0.5,
    "variance": 1.25,
    "correlation": 0.5,
    "bars": [[0.0, 0.0, 900], [1.0, 3.0, 300], [3.0, None, 65]],
    "mde": [[200, 0.9], [500, 0.42], [2000, None]],
    "prices": [[0.05, 12000, 210, 23000, 4000], [0.01, None, None, None, None]],
}


def test_the_answer_comes_first_then_what_a_week_lets_see():
    words = " ".join(shown(BODY, "number").sentences)
    assert words == (
        "Estimate: 0.500, from 1,265 units. 25 % of the units have more than 0. "
        "A unit’s standard deviation is 1.12, its variance 1.25. "
        "With the people of one week (400), half in each arm, changes from 90 % on are found. "
        "25 % of the variance was there before the exposure; CUPED takes it out."
    )


def test_what_cannot_be_found_is_said_and_what_takes_too_long_is_not_counted_out():
    found = shown(BODY, "number")
    assert found.effects == [("200", "90 %", True), ("500", "42 %", False), ("2,000", "none, however large", False)]
    assert found.prices == [("5 %", "12,000", "210", "23,000", "over 10 years"), ("1 %", "–", "–", "–", "–")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"units": 0}, ["Nobody came in the four weeks looked at, so there is nothing to preview."]),
        ({"units": 1, "mean": None}, ["1 unit: too few to estimate it."]),
    ],
)
def test_where_there_is_nothing_to_estimate_that_is_all(change, words):
    assert shown(BODY | change, "number").sentences == words


def test_nobody_this_week_finds_nothing():
    assert shown(BODY | {"week": 0, "correlation": None}, "number").sentences[-1] == (
        "With the people of one week (0) no change would be found."
    )


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "number", "–"),
        (0.1234, "share", "12.3 %"),
        (0.001234, "share", "0.123 %"),
        (59, "seconds", "59 s"),
        (90, "seconds", "1.50 min"),
        (7200, "seconds", "2 h"),
        (12345.6, "number", "12,346"),
        (-0.5, "number", "-0.500"),
    ],
)
def test_an_amount_has_three_figures_and_its_unit(value, unit, words):
    assert amount(value, unit) == words


def test_bars_are_as_high_as_they_have_units_and_say_their_values():
    drawn = bars(BODY["bars"], "number")
    assert [bar.label for bar in drawn] == ["0", "1–2", "3"]
    assert [bar.words for bar in drawn] == ["0: 900 (71.1 %)", "1–2: 300 (23.7 %)", "3 and more: 65 (5.14 %)"]
    assert [bar.height for bar in drawn] == [150, 50, pytest.approx(150 * 65 / 900)]
    assert all(bar.y + bar.height == 150 for bar in drawn)
    assert bars([], "number") == []
