"""Charts as a page draws them: notes stand in the period of their day."""

from datetime import date

from growth.reports.charts import days, drawn, marks
from growth.reports.kinds import Chart, Series
from growth.reports.models import Annotation

WEEKS = days(["2026-01-05", "2026-01-12", "2026-01-19"])


def at(*noted: date) -> list[int]:
    return [mark["at"] for mark in marks(WEEKS, [(day, "x") for day in noted])]


def test_a_note_stands_in_the_period_that_holds_its_day():
    assert at(date(2026, 1, 5)) == [0]
    assert at(date(2026, 1, 11)) == [0]
    assert at(date(2026, 1, 12), date(2026, 1, 25)) == [1, 2]


def test_a_note_before_the_first_period_or_after_the_last_is_not_drawn():
    assert at(date(2026, 1, 4), date(2026, 1, 26)) == []


def test_notes_of_one_period_share_a_line():
    found = marks(WEEKS, [(date(2026, 1, 6), "a"), (date(2026, 1, 7), "b")])
    assert found == [{"at": 0, "notes": [["2026-01-06", "a"], ["2026-01-07", "b"]]}]


def test_one_label_is_a_day():
    assert [mark["at"] for mark in marks(WEEKS[:1], [(date(2026, 1, 5), "a"), (date(2026, 1, 6), "b")])] == [0]


def test_labels_that_are_no_days_have_no_notes():
    assert days(["0", "1", "2"]) == []
    assert marks([], [(date(2026, 1, 5), "a")]) == []


def test_what_is_drawn_is_what_the_table_says():
    chart = Chart("Doers", "line", ["2026-01-05", "2026-01-12"], [Series("a", [1, None], 1), Series("b", [2])])
    (found,) = drawn([chart], [Annotation(day=date(2026, 1, 13), text="Moved")], prefix="tile")
    assert found.id == "tile-0"
    assert found.data["series"][0] == {"name": "a", "values": [1, None], "from": 1}
    assert found.data["marks"] == [{"at": 1, "notes": [["2026-01-13", "Moved"]]}]
    assert found.table == [("2026-01-05", [1, 2]), ("2026-01-12", [None, None])]
