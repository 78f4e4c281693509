"""The cohort table as the page, the charts, the CSV and the first sentence show it."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from growth.reports.kinds import KINDS
from growth.retention.cohorts.naming import percent
from tests.growth.retention.told import asked

RETENTION = KINDS["retention"]


def row(cohort, size, *cells):
    """Cells as (count, state); None where there is no count yet."""
    values = [None if count is None or not size else count / size for count, _state in cells]
    told = [{"k": k, "value": values[k], "count": count, "state": state} for k, (count, state) in enumerate(cells)]
    return {"cohort": cohort, "size": size, "cells": told}


def total(k, count, size, cohorts):
    return {"k": k, "value": count / size if size else None, "count": count, "size": size, "cohorts": cohorts}


NOT_YET = (None, "future")
RESULT = {
    "rows": [
        row("2026-03-02", 40, (20, "complete"), (10, "complete"), (0, "partial")),
        row("2026-03-03", 0, (0, "complete"), (0, "partial"), NOT_YET),
        row("2026-03-04", 8, (2, "partial"), NOT_YET, NOT_YET),
    ],
    "overall": [total(0, 20, 40, 1), total(1, 10, 40, 1), total(2, 0, 0, 0)],
}
PARAMS = asked("retention", period="day", periods=3, tz="UTC")


def page(params=PARAMS, result=RESULT):
    return render_to_string(RETENTION.template, {"kind": RETENTION, "params": params, "result": result})


def texts(html):
    """The rows of the page's tables, without markup."""
    rows = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    return [[re.sub(r"<.*?>", "", each) for each in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_the_weighted_row_comes_first_and_what_cannot_be_yet_is_blank():
    assert texts(page()) == [
        ["Cohort", "People", "day 0", "day 1", "day 2"],
        ["All, weighted", "48", "50 %", "25 %", ""],
        ["2026-03-02", "40", "50 %", "25 %", "0 %"],
        ["2026-03-04", "8", "25 %", "", ""],
    ]


def test_a_number_above_0_opens_its_members_and_says_how_many_they_are():
    html = page()
    cells = dict(re.findall(r'<td class="([\w-]*)" title="([^"]*)"', html))
    assert cells == {"shade-7": "20 of 40", "shade-5": "10 of 40", "part": "2 of 8, not over yet"}
    assert html.count("<a ") == 3 + 2 + 2 + 1
    assert "cell=%7B%22cohort%22%3A%222026-03-04%22%2C%22k%22%3A0%7D" in html


def test_groups_stand_above_each_as_its_weighted_row():
    params = asked("retention", period="day", periods=3, tz="UTC", did="vote_cast")
    rows = texts(page(params, {**RESULT, "groups": [{"value": "yes", **RESULT}, {"value": "open", **RESULT}]}))
    assert rows[0][0] == "By behaviour"
    assert rows[1][:3] == ["vote_cast at least 2× in 7 days", "48", "50 %"]
    assert rows[2][0] == "first days not over"


def test_only_the_latest_cohorts_are_on_the_page():
    many = [{**RESULT["rows"][0], "cohort": f"cohort {n}"} for n in range(70)]
    result = {**RESULT, "rows": many}
    html = page(result=result)
    assert "10 earlier cohorts are in the CSV." in html
    assert [row[0] for row in texts(html)[2:]] == [f"cohort {n}" for n in range(10, 70)]
    assert RETENTION.charts(PARAMS, result)[1].labels == [f"cohort {n}" for n in range(10, 70)]


def test_cohorts_of_nobody_take_no_place_in_the_table_and_the_chart_has_the_same_ones():
    first, empty, last = RESULT["rows"]
    cells = [{"k": k, "value": None, "count": 0, "state": "complete"} for k in range(3)]
    result = {**RESULT, "rows": [first, *({**empty, "cells": cells} for _n in range(2900)), last]}
    html = page(result=result)
    assert [row[0] for row in texts(html)[2:]] == ["2026-03-02", "2026-03-04"]
    assert "in the CSV" not in html
    assert RETENTION.charts(PARAMS, result)[1].labels == ["2026-03-02", "2026-03-04"]
    assert len(RETENTION.rows(result)) == 1 + 3 * 2902


def test_where_nobody_started_the_page_says_so():
    assert "Nobody started in this time." in page(result={"rows": [], "overall": []})
    assert RETENTION.charts(PARAMS, {"rows": [], "overall": []}) == []


def test_the_curve_is_the_weighted_row_and_each_line_over_time_is_dashed_where_it_is_not_over():
    curve, over_time = RETENTION.charts(PARAMS, RESULT)
    assert (curve.labels, curve.series[0].values) == (["day 0", "day 1", "day 2"], [0.5, 0.25, None])
    assert over_time.labels == ["2026-03-02", "2026-03-04"]
    assert [(line.name, line.values, line.dashed_from) for line in over_time.series] == [
        ("day 1", [0.25, None], 1),
        ("day 2", [0.0, None], 0),
    ]


def test_csv_has_a_row_for_every_cell_of_every_group():
    rows = RETENTION.rows({**RESULT, "groups": [{"value": "web", **RESULT}]})
    assert rows[0] == ["part", "group", "cohort", "size", "k", "count", "value", "state"]
    assert rows[1] == ["all", "", "2026-03-02", 40, 0, 20, 0.5, "complete"]
    assert len(rows) == 1 + 9 + 9
    assert rows[-1] == ["group", "web", "2026-03-04", 8, 2, None, None, "future"]


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        (3, "Of those who started, 25 % came back on day 1 and 12 % on day 2."),
        (2, "Of those who started, 25 % came back on day 1."),
        (1, "Of those who started, 50 % came back on day 0."),
        (0, "Of no cohort a period is over yet."),
    ],
)
def test_the_first_sentence_tells_the_first_return_and_the_last_one_known(over, sentence):
    totals = [total(0, 20, 40, 1), total(1, 10, 40, 1), total(2, 1, 8, 1)]
    overall = [each if each["k"] < over else {**each, "value": None} for each in totals]
    assert RETENTION.headline(PARAMS, {**RESULT, "overall": overall}) == sentence


def test_brackets_are_named_by_their_periods():
    params = asked("retention", kind="bracket", brackets="0,1-3", tz="UTC")
    result = {**RESULT, "rows": [{**row, "cells": row["cells"][:2]} for row in RESULT["rows"]]}
    assert texts(page(params, {**result, "overall": RESULT["overall"][:2]}))[0][2:] == ["week 0", "weeks 1–3"]


def test_percents_are_as_precise_as_small_cohorts_bear():
    assert [percent(share) for share in (0, 0.0004, 0.0126, 0.0995, 0.256, 1)] == [
        "0 %",
        "< 0.1 %",
        "1.3 %",
        "10 %",
        "26 %",
        "100 %",
    ]
    with override("zh-hans"):
        assert RETENTION.headline(PARAMS, RESULT) == "起始的人里，25% 在第 1 天回来。"
