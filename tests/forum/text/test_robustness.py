"""Any text at all: no error, a bounded page, and a result that the sanitiser would leave as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.forum.text import excerpt, render, render_inline, sanitising, to_markdown
from community.forum.text.nesting import MAX_DEPTH
from community.forum.text.rendering import MAX_SOURCE
from tests.forum.text.vectors import VECTORS, shown

REPEATED = r"""
> ¦ [ ¦ ![ ¦ [a]( ¦ * ¦ **a  ¦ ` ¦ ``a  ¦ $ ¦ $a ¦ $a$ ¦ $$ ¦ \( ¦ \[ ¦ < ¦ <a  ¦ <a " ¦ <!-- ¦ <? ¦ <![CDATA[ ¦ </a ¦
<b> ¦ <b title=1><p>x ¦ <p><a href=x> ¦ <div> ¦ <table><tr><td> ¦ <table><b> ¦ & ¦ @a  ¦ #a  ¦ http://a.b  ¦
https://a.b/(((( ¦ ~~a ¦ [^a] ¦ ^[ ¦ -  ¦ - a\n   ¦ 1.  ¦ a\n=\n ¦ \[a\n ¦ <script> ¦ </script ¦ <pre><code> ¦
<math><mi> ¦ x^{ ¦ \begin{align} ¦ [a]: b\n ¦ <kbd> ¦ <sub>x ¦ - [ ]  ¦ \n ¦ <svg><style> ¦ |a|\n|-|\n
"""
UNITS = [unit.replace("\\n", "\n") for unit in REPEATED.strip("\n").replace(" ¦\n", " ¦ ").split(" ¦ ")] + [
    "\0",
    "\u202e",
    "\ud800",
]
PIECES = st.one_of(
    st.sampled_from(VECTORS),
    st.sampled_from(UNITS),
    st.sampled_from(
        ["\n", "\n\n", "    ", "\t", "$", "```\n", "```py\n", "</p>", "</table>", "\0", "\ud800", "\r", "é", "中"]
    ),
    st.text(max_size=8),
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_no_text_is_an_error_and_no_page_can_be_cleaned_further(source):
    for html in shown(source):
        assert sanitising.clean(html) == html
        assert "\0" not in html
        html.encode()


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_any_text_can_be_edited_and_cut(source):
    to_markdown(source).encode()
    plain = render(source, format="markdown").plain
    assert len(excerpt(plain, 50)) <= 50 + 125
    render(plain, format="markdown")


@pytest.mark.parametrize("unit", UNITS)
def test_a_long_repetition_gives_a_page_of_its_own_size(unit):
    """What a parser makes of it may be ten times the text (a link has its rel), never its square."""
    source = (unit * 4_000)[:4_000]
    for html in shown(source):
        assert len(html) < 40 * len(source)
        assert _depth(html) <= 2 * MAX_DEPTH, "a table's <tbody> comes by itself"


def test_ten_thousand_quotations_are_not_nested_so_deep():
    assert render("> " * 10_000 + "a", format="markdown").html.count("<blockquote>") <= 20


def test_ten_thousand_brackets_are_brackets():
    assert render("[" * 10_000, format="markdown").html == f"<p>{'[' * 10_000}</p>\n"


def test_a_text_of_no_sensible_length_is_shown_as_typed():
    source = "*a* <b>" * MAX_SOURCE
    assert render(source, format="markdown").html == "<pre>" + "*a* &lt;b&gt;" * MAX_SOURCE + "</pre>"
    assert "<b>" not in render_inline(source).html


def test_formatting_is_not_repeated_in_every_paragraph_after_it():
    """An HTML 5 parser reopens what is unclosed in each new block: 20 kB of this would become 100 MB."""
    source = "".join(f"<b title={n}>" for n in range(500)) + "<p>x" * 2_000
    assert len(render(source, format="html").html) < 2 * len(source)


def _depth(html: str) -> int:
    depth = deepest = 0
    for part in html.split("<")[1:]:
        if part.startswith("/"):
            depth -= 1
        elif not part.startswith(("br", "hr", "img", "wbr")):
            depth += 1
        deepest = max(depth, deepest)
    return deepest
