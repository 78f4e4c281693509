"""Titles with formulas."""

import pytest

from community.forum.text import heading


def test_a_formula_in_a_title_is_mathml_within_the_line():
    html = heading("What is $|0\\rangle$ & why?")
    assert html.startswith('What is <math display="inline" alttext="$|0\\rangle$">')
    assert html.endswith("</math> &amp; why?")


def test_a_block_formula_is_set_in_the_line():
    assert 'display="inline"' in heading("Why $$a^2$$?")


@pytest.mark.parametrize(
    "title",
    ["What is a qubit?", "Is it worth $5 or $10?", "Use `code` and *stars*", "A <b>tag</b>", "$\\undefined{$", "", "$"],
)
def test_without_a_formula_there_is_nothing_to_keep(title):
    assert heading(title) == ""


def test_a_formula_that_cannot_be_shown_stays_as_typed_beside_one_that_can():
    html = heading("$x$ and $\\left( y$")
    assert "<math" in html
    assert html.endswith("and $\\left( y$")


@pytest.mark.parametrize(
    "title", ["$x$ <script>alert(1)</script>", "$\\text{<img src=x onerror=alert(1)>}$", "$x$\x00"]
)
def test_nothing_in_a_title_becomes_markup(title):
    html = heading(title)
    assert "<script" not in html
    assert "<img" not in html
    assert "\x00" not in html
