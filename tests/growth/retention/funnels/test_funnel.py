"""Funnels: small histories with known answers, and any history against a count of every path in plain Python."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.growth.retention.funnels import oracle
from tests.growth.retention.told import Told, answer, asked, at, people

BEGIN = at("2026-03-01T00:00")
LATE = BEGIN + timedelta(days=30)
A, B, C, X, E = "topic_started", "answer_posted", "comment_posted", "searched", "exposed"


def told(text, person=1):
    """Events of one person as `A0 B3`: their letters and seconds."""
    names = {"A": A, "B": B, "C": C, "X": X, "E": E}
    return [Told(person, names[word[0]], BEGIN + timedelta(seconds=float(word[1:]))) for word in text.split()]


def counts(text, steps, **given):
    """How many steps the one person reaches (0: incomplete), and the seconds between them."""
    named = ",".join("|".join({"A": A, "B": B, "C": C}[letter] for letter in step) for step in steps.split(","))
    found = answer("funnel", told(text), given.pop("as_of", LATE), steps=named, **{"window": "10s"} | given)
    level = sum(step["count"] for step in found["steps"])
    return level, [step["median_s"] for step in found["steps"][1:level]]


@pytest.mark.parametrize(
    ("text", "steps", "expected"),
    [
        ("A0 B3 C7", "A,B,C", (3, [3, 4])),
        ("B0 A3 C7", "A,B,C", (1, [])),
        ("A0 B10", "A,B", (2, [10])),  # the window's end is within it
        ("A0 B10.000001", "A,B", (1, [])),
        ("A0 B9 C11", "A,B,C", (2, [9])),  # the window is the first step's
        ("A0 A5 B8", "A,B", (2, [3])),  # the latest start
        ("A0 B2 A5", "A,B", (2, [2])),  # that completes deepest
        ("A0 B1 C2 A3 B4", "A,B,C", (3, [1, 1])),
        ("A0 A4 B5 C12", "A,B,C", (3, [1, 7])),  # only the second start is near enough
        ("A0 B2 B4 C6", "A,B,C", (3, [2, 4])),  # the first event of each step
        ("B0 A0", "A,B", (2, [0])),  # equal times count forward, whatever the ids
        ("C0 B0 A0", "A,B,C", (3, [0, 0])),
        ("A0", "A,A", (1, [])),  # one event is one step
        ("A0 A0", "A,A", (2, [0])),
        ("A0 A1 A2", "A,A", (2, [1])),
        ("A0 B1 A2", "A,B,A", (3, [1, 1])),
        ("A0 A3", "AB,A", (2, [3])),
        ("", "A,B", (0, [])),
    ],
)
def test_steps_follow_each_other_in_time(text, steps, expected):
    assert counts(text, steps) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A0 B1 C2", (3, [1, 1])),
        ("A0 X1 B2 C3", (1, [])),  # another event is in between, whatever its name
        ("A0 B1 X2 C3", (2, [1])),
        ("A0 E1 B2", (2, [2])),  # an exposure is no act
        ("A0 A1 B2", (2, [1])),
        ("A0 X0 B0", (2, [0])),  # of one time, steps come first
        ("A0 B11", (1, [])),
    ],
)
def test_strictly_nothing_else_comes_in_between(text, expected):
    assert counts(text, "A,B,C", order="strict") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C0 A2 B5", (3, [2, 3])),
        ("B0 B3 A9", (2, [6])),  # the latest anchor
        ("A0 B10 C20", (2, [10])),
        ("X0 C1", (1, [])),
        ("A0 B0 C0", (3, [0, 0])),
    ],
)
def test_in_any_order_the_steps_within_a_window_count(text, expected):
    assert counts(text, "A,B,C", order="any") == expected


@pytest.mark.parametrize("order", ["ordered", "any"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A0 X1 B2", (1, [])),
        ("A0 B1 X2 C3", (2, [1])),
        ("X0 A1 B2", (2, [1])),
        ("A0 X1 A2 B3", (2, [1])),
        ("A0 B1 X1", (2, [1])),  # of one time, steps come first
        ("A0 X0 B1", (1, [])),
    ],
)
def test_an_excluded_event_ends_a_path(order, text, expected):
    assert counts(text, "A,B,C", order=order, exclude=X) == expected


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_starts_whose_windows_are_not_over_are_incomplete_and_nothing_else(order):
    asked_at = BEGIN + timedelta(seconds=20)
    history = [*told("A11 B12"), *told("A10 B12", person=2), *told("A1 A15 B16", person=3)]
    found = answer("funnel", history, asked_at, steps=f"{A},{B}", window="10s", order=order)
    assert found["incomplete"] == 1
    assert [step["count"] for step in found["steps"]] == [2, 1]


@pytest.mark.parametrize("order", ["ordered", "any"])
def test_the_object_may_be_held(order):
    history = [Told(1, A, BEGIN, about=7), Told(1, B, BEGIN + timedelta(1), about=8), Told(1, B, BEGIN + timedelta(2))]
    given = {"steps": f"{A},{B}", "order": order}
    assert [step["count"] for step in answer("funnel", history, LATE, **given)["steps"]] == [1, 1]
    assert [step["count"] for step in answer("funnel", history, LATE, **given, hold="object")["steps"]] == [1, 0]
    history += [Told(1, B, BEGIN + timedelta(3), about=7)]
    assert [step["count"] for step in answer("funnel", history, LATE, **given, hold="object")["steps"]] == [1, 1]


def test_a_topic_is_held_by_those_about_it_and_those_that_name_it():
    """A topic's start is about the topic; an answer to it says which it is."""
    later = BEGIN + timedelta(hours=1)
    history = [
        Told(1, A, BEGIN, about=7),
        Told(1, "answer_received", later, properties={"topic": 7}),
        Told(2, A, BEGIN, about=8),
        Told(2, "answer_received", later, properties={"topic": 7}),
    ]
    found = answer("funnel", history, LATE, steps=f"{A},answer_received", hold="topic")
    assert [step["count"] for step in found["steps"]] == [2, 1]


def test_since_and_until_are_of_the_first_step():
    history = [Told(1, A, BEGIN - timedelta(1)), Told(2, A, BEGIN), Told(2, B, BEGIN + timedelta(2)), Told(3, A, LATE)]
    given = {"since": "2026-03-01", "until": "2026-03-02"}
    found = answer("funnel", history, LATE, steps=f"{A},{B}", **given)
    assert [step["count"] for step in found["steps"]] == [1, 1]
    assert found["incomplete"] == 0


def test_the_trend_counts_each_by_the_local_period_of_their_start():
    history = [*told("A0 B1"), Told(2, A, BEGIN - timedelta(minutes=30)), Told(3, A, BEGIN + timedelta(3))]
    given = {"steps": f"{A},{B}", "window": "1d", "trend": "day", "tz": "Europe/Berlin"}
    found = answer("funnel", history, BEGIN + timedelta(4), **given)["trend"]
    assert [(one["period"], one["started"], one["completed"], one["value"], one["state"]) for one in found] == [
        ("2026-03-01", 2, 1, 0.5, "complete"),
        ("2026-03-02", 0, 0, None, "complete"),
        ("2026-03-03", 0, 0, None, "complete"),
        ("2026-03-04", 1, 0, 0.0, "partial"),
    ]


def test_a_breakdown_tells_groups_apart_by_their_first_event():
    history = [
        Told(1, "signed_up", BEGIN, properties={"method": "email"}),
        Told(2, "signed_up", BEGIN, properties={"method": "github"}),
        Told(3, "signed_up", BEGIN, properties={"method": "github"}),
        Told(3, A, BEGIN + timedelta(1)),
    ]
    found = answer("funnel", history, LATE, steps=f"signed_up,{A}", breakdown="join_method")
    told = [(group["value"], [step["count"] for step in group["steps"]]) for group in found["groups"]]
    assert told == [("github", [2, 1]), ("email", [1, 0])]
    assert [step["count"] for step in found["steps"]] == [3, 1]
    cell = {"step": 2, "lost": 1, "group": "github"}
    given = {"steps": f"signed_up,{A}", "breakdown": "join_method"}
    assert people("funnel", history, LATE, cell, **given) == [2]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ({"step": 1}, [1, 2]),
        ({"step": 2}, [1]),
        ({"step": 2, "lost": 1}, [2]),
        ({"incomplete": 1}, [3]),
        ({"step": 1, "period": "2026-02-23"}, [1, 2]),
        ({"step": 1, "period": "2026-03-02"}, []),
    ],
)
def test_every_number_opens_the_people_behind_it(cell, expected):
    history = [*told("A0 B1"), *told("A0", person=2), *told("A15", person=3)]
    given = {"steps": f"{A},{B}", "window": "10s"}
    assert people("funnel", history, BEGIN + timedelta(seconds=20), cell, **given) == expected


@pytest.mark.parametrize("cell", [{}, {"step": 3}, {"step": -1}, {"step": 1, "lost": 1}, {"step": "x"}])
def test_a_number_that_is_not_there_is_refused(cell):
    with pytest.raises(ValueError, match=r"no such number|invalid literal"):
        people("funnel", told("A0"), LATE, cell, steps=f"{A},{B}")


STEPS = ["A", "A,B", "A,B,C", "A|B,C", "A,A", "A,B,A", "A|B,A", "A,A|B,B", "A,A,A"]
PLAIN = STEPS[:4]  # those of which no event is two


@st.composite
def questions(draw):
    order = draw(st.sampled_from(["ordered", "ordered", "strict", "any"]))
    letters = draw(st.sampled_from(PLAIN if order == "any" else STEPS))
    steps = letters.replace("A", A).replace("B", B).replace("C", C)
    exclude = draw(st.sampled_from(["", X]))
    return {
        "steps": steps,
        "order": order,
        "exclude": exclude,
        "window": "4s",
        "hold": draw(st.sampled_from(["", "object"])),
    }


happened = st.builds(
    lambda person, name, second, about: Told(person, name, BEGIN + timedelta(seconds=second), about),
    st.integers(1, 8),
    st.sampled_from([A, A, B, B, C, X]),
    st.integers(0, 9),
    st.sampled_from([1, 1, 2, None]),
)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.lists(happened, max_size=50), questions(), st.integers(0, 15), st.sampled_from([None, (2, 6)]))
def test_any_history_gives_what_walking_every_path_gives(history, question, seconds, between):
    as_of, given, bounds = BEGIN + timedelta(seconds=seconds), {}, {}
    if between:
        ends = [BEGIN + timedelta(seconds=second) for second in between]
        given = {"since": ends[0].isoformat(), "until": ends[1].isoformat()}
        bounds = {key: Told(1, A, end).us for key, end in zip(("since_us", "until_us"), ends, strict=True)}
    found = answer("funnel", history, as_of, **question, **given)
    del found["trend"]
    assert found == oracle.funnel(history, Told(1, A, as_of).us, **question, **bounds)


@pytest.mark.django_db
def test_in_any_order_an_event_is_every_step_that_it_may_be():
    assert counts("B0", "AB,B", order="any") == (2, [0])
    assert counts("B0 A4", "AB,B", order="any") == (2, [0])


@pytest.mark.parametrize(
    "given",
    [
        {"steps": ""},
        {"steps": f"{A},"},
        {"steps": "nothing_such"},
        {"steps": ",".join([A] * 11)},
        {"window": "7"},
        {"window": "0d"},
        {"window": "9999w"},
        {"window": "-1d"},
        {"order": "sideways"},
        {"exclude": A, "steps": f"{A},{B}"},
        {"hold": "nothing_such"},
    ],
)
@pytest.mark.django_db
def test_what_makes_no_funnel_is_refused(given):
    if given == {"steps": ""}:  # the example is asked instead
        assert asked("funnel", **given)["steps"].startswith("signed_up,")
        return
    with pytest.raises(AssertionError):
        asked("funnel", **given)
