from html import unescape

import pytest

from community.forum.text import render, render_inline
from community.forum.text.macros import Macros, TooLong
from community.forum.text.mathml import mathml
from community.forum.text.tex import MAX_TEX, Formula, formula_at, split


def formulas(text: str) -> list[str]:
    return [piece.typed for piece in split(text) if isinstance(piece, Formula)]


def shown(tex: str, macros: Macros | None = None) -> str | None:
    return mathml(Formula(tex, f"${tex}$", block=False), macros or Macros())


def test_a_formula_is_mathml_with_its_source_beside_it():
    assert render_inline("$x^2$").html == (
        '<math display="inline" alttext="$x^2$"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    )


@pytest.mark.parametrize("source", ["$$x$$", "\\[x\\]", "$$\nx\n$$", "\\begin{equation}\nx\n\\end{equation}"])
def test_a_formula_of_its_own_lines_is_a_block(source):
    assert '<math display="block"' in render(source, format="markdown").html


@pytest.mark.parametrize(
    "source",
    ["costs $5 and $6", "$ x$", "$x $", "$x$5", "`$x$`", "\\$x$", "$$ $$", "a $", "$", "$x\n\ny$", "\\\\(x\\\\)"],
)
def test_no_formula_in_markdown(source):
    assert "<math" not in render(source, format="markdown").html


def test_underscores_and_stars_in_a_formula_are_not_emphasis():
    assert "<em>" not in render("$a_1*b_1*c_1$ and \\(a_1*b*c_1\\)", format="markdown").html


def test_a_line_of_a_block_formula_that_begins_with_a_dash_is_no_list():
    page = render("> $$\n> \\begin{align}\n> a &= b \\\\\n> - c &= d\n> \\end{align}\n> $$", format="markdown").html
    assert "<ul>" not in page
    assert "<mtable" in page


def test_an_escaped_bracket_within_a_line_stays_a_bracket():
    assert render(r"a \[b\] c", format="markdown").html == "<p>a [b] c</p>\n"


def test_imported_text_is_read_as_mathjax_reads_it():
    text = r"$ \Delta E $, $n $, \$5, $10 million here and there $ and $x$"
    assert formulas(text) == [r"$ \Delta E $", "$n $", "$x$"]
    assert formulas(r"$5 and $6, then \begin{align}a\end{align}") == [r"\begin{align}a\end{align}"]
    assert "".join(str(piece) for piece in split(r"costs \$5")) == "costs $5"


def test_a_formula_in_an_imports_code_stays_as_it_is():
    page = render("<p>$x$</p><pre><code>$x$</code></pre><code>$y$</code><kbd>$z$</kbd>", format="html").html
    assert page.count("<math") == 1


def test_dollars_inside_text_do_not_end_the_formula():
    assert formula_at(r"$\text{if $x>0$}$", 0) is not None
    assert "<mi>x</mi>" in (shown(r"\text{if $x>0$}") or "")


@pytest.mark.parametrize("tex", [r"\foo{x}", "x_", r"\left(", r"\begin{nosuch}a&b\end{nosuch}", r"\frac", "{" * 500])
def test_what_cannot_be_converted_is_shown_as_code(tex):
    assert shown(tex) is None
    assert "<code>$$" in render(f"$${tex}$$", format="markdown").html


def test_a_formula_that_is_too_long_is_text():
    assert "<math" not in render(f"${'x' * MAX_TEX}$", format="markdown").html


def test_a_post_has_only_so_many_formulas():
    page = render("$aaaaaaaaaa$ " * 5_000, format="markdown").html
    assert 2_000 < page.count("<math") < 3_000
    assert "<code>$aaaaaaaaaa$</code>" in page


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        (r"\ket{\psi}", '<mo lspace="0em" rspace="0em" stretchy="false">|</mo><mi>ψ</mi><mo stretchy="false">⟩</mo>'),
        (r"\left<x\right|", '<mo stretchy="true" fence="true" form="prefix">⟨</mo>'),
        (r"\mathbb{NP}", "<mi>ℕ</mi><mi>ℙ</mi>"),
        (r"\mathbf{ab}", "<mi>𝐚</mi><mi>𝐛</mi>"),
        (r"\mathfrak{CA}", "<mi>ℭ</mi><mi>𝔄</mi>"),
        (r"\bigotimes_i x", "<munder><mo>⨂</mo><mi>i</mi></munder>"),
        (r"\lim_n x", '<munder><mo movablelimits="true" lspace="0em" rspace="0.167em">lim</mo><mi>n</mi></munder>'),
        (r"\begin{align}a&=b\end{align}", '<mtd columnalign="right"><mi>a</mi></mtd>'),
        (r"\begin{gather}a\\b\end{gather}", "<mtr><mtd><mi>b</mi></mtd></mtr>"),
        (r"\Big\lfloor x", '<mo minsize="1.623em" maxsize="1.623em">⌊</mo>'),
        (r"a \& b", "<mtext>&amp;</mtext>"),
        (r"\lvert x\rVert", '<mo lspace="0em" rspace="0em" fence="false" stretchy="false">‖</mo>'),
        (r"|\uparrow\rangle", '<mo stretchy="false">↑</mo>'),
        (r"\begin{vmatrix}a\end{vmatrix}", '<mo lspace="0em" rspace="0em">|</mo><mtable>'),
        (r"\not= x", "<mo>≠</mo>"),
        (r"x % \foo", "<mi>x</mi></mrow>"),
        (r"\text{<b>&</b>}", "<mtext>&lt;b&gt;&amp;&lt;/b&gt;</mtext>"),
    ],
)
def test_written_as(tex, part):
    assert part in (shown(tex) or "")


def test_lengths_that_would_cover_the_page_are_dropped():
    page = shown(r"\hspace{9999em}\rule{9999px}{9999px}\hspace{2em}x") or ""
    assert page.count("9999") == 3, "only in the alternative text"
    assert 'width="2em"' in page


def test_a_macro_holds_in_the_formulas_after_it_and_in_no_other_post():
    source = r"<p>$\newcommand{\R}{\mathbb R}\def\pair#1#2{(#1,#2)}$ then $\pair{x}\R$</p>"
    page = render(source, format="html").html
    assert page.startswith("<p> then <math")
    assert "ℝ" in page
    assert "<code>" in render(r"<p>$\pair{x}\R$</p>", format="html").html


@pytest.mark.parametrize(
    "tex",
    [
        r"\newcommand{\a}{\a}\a",
        r"\newcommand{\a}{\b\b}\newcommand{\b}{\a\a}\a",
        "".join(rf"\def\{chr(97 + n)}{{\{chr(98 + n)}\{chr(98 + n)}}}" for n in range(20)) + r"\def\u{xxxxxxxxxx}\a",
    ],
)
def test_macros_that_would_fill_the_memory_are_given_up(tex):
    with pytest.raises(TooLong):
        Macros().expand(tex)
    assert shown(tex) is None


def test_every_formula_of_a_real_community_renders(reference):
    path = reference / "data" / "se-quantumcomputing" / "Posts.xml"
    if not path.exists():
        pytest.skip(f"no {path}")
    text = path.read_text(encoding="utf-8-sig")[:400_000]
    bodies = [unescape(piece.split('" ')[0]) for piece in text.split(' Body="')[1:-1]]
    pages = [render(body, format="html").html for body in bodies]
    shown_as_tex = sum(page.count("<code>$") + page.count("<code>\\") for page in pages)
    assert sum(page.count("<math") for page in pages) > 500
    assert shown_as_tex <= 5
