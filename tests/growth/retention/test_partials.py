"""The tables of the reports, as the page around them shows them."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from growth.reports.kinds import KINDS
from tests.growth.retention import test_active_members, test_lifecycle, test_metrics, test_stickiness
from tests.growth.retention.told import answer, asked, at


def shown(key, history, as_of, **given):
    kind, result = KINDS[key], answer(key, history, as_of, **given)
    html = render_to_string(kind.template, {"kind": kind, "params": asked(key, **given), "result": result})
    rows = re.findall(r"<tr.*?</tr>", html, re.DOTALL)[1:]
    return html, [[re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_lifecycle_shows_the_newest_period_first_and_marks_the_running_one():
    html, rows = shown("lifecycle", test_lifecycle.STORY, at("2024-02-01T00:00"))
    assert rows[0] == ["2024-01-29 (not over yet)", "1", "0", "0", "1", "0"]
    assert rows[-1] == ["2024-01-01", "1", "1", "0", "0", "0"]
    assert html.count("<a ") == sum(cell != "0" for row in rows for cell in row[1:])


def test_stickiness_shows_shares():
    _html, rows = shown("stickiness", test_stickiness.STORY, test_stickiness.LATER, **test_stickiness.RANGE)
    assert rows[0] == ["1", "1", "50.0 %", "2", "100.0 %"]


def test_active_members_show_counts_and_ratios():
    _html, rows = shown("active_members", test_active_members.story(1), test_active_members.AS_OF)
    assert rows[0][0] == "2018-12-31 (not over yet)"
    assert all(cell.endswith(" %") for row in rows for cell in row[4:] if row[2] != "0")


def test_metrics_show_their_values_in_units_that_one_reads():
    html, rows = shown("metrics", test_metrics.QUESTIONS, at("2024-02-20T00:00"), metric="first_answer", period="month")
    assert rows == [["2024-02-01 (not over yet)", "–", "0", "0"], ["2024-01-01", "168.0 hours", "2", "4"]]
    assert "25.0 % within an hour, 25.0 % within 6 hours" in html


@pytest.mark.django_db
def test_metrics_broken_down_name_the_group():
    asked = {"metric": "unanswered", "breakdown": "first_category", "period": "month"}
    _html, rows = shown("metrics", test_metrics.QUESTIONS, at("2024-02-20T00:00"), **asked)
    assert [row[:3] for row in rows][-1:] == [["2024-01-01", "a", "0.0 %"]]


def test_what_lies_years_back_is_shown_up_to_the_first_period_without_anybody():
    _html, rows = shown("lifecycle", test_lifecycle.STORY, at("2034-02-01T00:00"))
    assert [row[0] for row in rows][:2] == ["2024-02-12", "2024-02-05"]
    (chart,) = KINDS["lifecycle"].charts({}, answer("lifecycle", test_lifecycle.STORY, at("2034-02-01T00:00")))
    assert (chart.labels[-1], chart.series[0].dashed_from) == ("2024-02-12", None)


def test_where_nobody_was_active_the_page_says_so():
    html, rows = shown("lifecycle", [], at("2024-02-01T00:00"))
    assert (rows, "Nobody was active" in html) == ([], True)


def test_shares_are_written_as_the_reader_s_language_has_them():
    with override("zh-hans"):
        _html, rows = shown("stickiness", test_stickiness.STORY, test_stickiness.LATER, **test_stickiness.RANGE)
    assert rows[0] == ["1", "1", "50.0%", "2", "100.0%"]
