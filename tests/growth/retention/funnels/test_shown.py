"""A funnel as its page, its table and its sentence show it."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from growth.reports.kinds import KINDS
from growth.retention.funnels.naming import lasting
from tests.growth.retention.funnels.test_funnel import BEGIN, LATE, A, B, C, told
from tests.growth.retention.told import Told, answer, asked

HISTORY = [*told("A0 B3 C7"), *told("A0 B5", person=2), *told("A1", person=3), Told(4, A, LATE)]
GIVEN = {"steps": f"{A},{B},{C}", "window": "10s", "trend": "day"}
FUNNEL = KINDS["funnel"]


def shown(history=HISTORY, **given):
    result = answer("funnel", history, LATE, **GIVEN | given)
    context = {"kind": FUNNEL, "params": asked("funnel", **GIVEN | given), "result": result}
    html = render_to_string(FUNNEL.template, context)
    rows = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    return html, [[re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_each_step_has_its_numbers_and_a_bar():
    html, rows = shown()
    assert rows[1:4] == [
        [A, "3", "–", "–", "–", "–", "–"],
        [B, "2", "66.7 %", "66.7 %", "1", "4.0 s", "4.0 s"],
        [C, "1", "33.3 %", "50.0 %", "1", "4.0 s", "4.0 s"],
    ]
    assert re.findall(r'<rect width="([0-9.]+)" height="8" class="full">', html) == ["100.0", "66.7", "33.3"]
    assert rows[5] == ["2026-03-01", "3", "1", "33.3 %"]
    assert "style=" not in html


def test_in_any_order_rows_count_steps_and_groups_have_rows_of_their_own():
    _html, rows = shown(order="any", breakdown="source")
    assert [row[0] for row in rows[1:4]] == ["1 step", "2 steps", "3 steps"]
    assert rows[5] == ["Unknown", "3", "2 · 66.7 %", "1 · 33.3 %"]


def test_where_nobody_started_the_page_says_so():
    html, rows = shown(history=told("B0"))
    assert (rows, "Nobody took the first step" in html) == ([], True)


def test_the_answer_in_a_sentence_names_the_hardest_step():
    result = answer("funnel", HISTORY, LATE, **GIVEN)
    assert FUNNEL.headline(asked("funnel", **GIVEN), result) == (
        f"Of 3 people who started 33.3 % went all the way. The hardest step is {C}: 50.0 % of those before it took it."
    )


@pytest.mark.parametrize(("text", "steps"), [("B0", f"{A},{B}"), ("A0", A), ("A0", f"{A},{B},{C}")])
def test_there_is_a_sentence_for_short_funnels_too(text, steps):
    params, result = asked("funnel", steps=steps), answer("funnel", told(text), LATE, steps=steps)
    assert FUNNEL.headline(params, result)


def test_its_table_has_a_row_for_each_step_of_each_group():
    result = answer("funnel", HISTORY, LATE, **GIVEN, breakdown="source")
    heading, *rows = FUNNEL.rows(result)
    assert heading[:4] == ["part", "group", "step", "count"]
    assert [row[2:4] for row in rows] == [[A, 3], [B, 2], [C, 1]] * 2


def test_charts_show_groups_and_the_course_over_time():
    params, result = asked("funnel", **GIVEN), answer("funnel", HISTORY, LATE, **GIVEN)
    (over_time,) = FUNNEL.charts(params, result)
    assert over_time.labels == [BEGIN.date().isoformat()]
    broken_down = asked("funnel", **GIVEN, breakdown="source")
    groups, _over_time = FUNNEL.charts(broken_down, answer("funnel", HISTORY, LATE, **GIVEN, breakdown="source"))
    assert list(groups.series[0].values) == [1, 2 / 3, 1 / 3]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(None, "–"), (0.0, "0.0 s"), (59.9, "59.9 s"), (90, "1.5 min"), (5400, "1.5 h"), (129_600, "1.5 days")],
)
def test_a_time_is_told_in_its_largest_unit(seconds, expected):
    with translation.override("en"):
        assert lasting(seconds) == expected
