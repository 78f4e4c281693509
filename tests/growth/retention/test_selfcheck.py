"""What the comparison of engines says in its first sentence."""

import pytest

from growth.reports.kinds import KINDS

SAME, OTHER = {"kind": "lifecycle", "same": True}, {"kind": "funnel", "same": False}


@pytest.mark.parametrize(
    ("engines", "questions", "told"),
    [
        (["duckdb", "clickhouse", "spark"], [SAME] * 10, "3 engines gave the same 10 answers."),
        (["duckdb", "spark"], [OTHER, SAME, OTHER], "The engines differ in: Funnel."),
        (["duckdb"], [SAME], ""),
    ],
)
def test_the_engines_agree_or_it_says_where_they_do_not(engines, questions, told):
    assert KINDS["selfcheck"].headline({}, {"engines": engines, "questions": questions}) == told
