import pytest

from community.forum.text import render

STACK_EXCHANGE = (
    "<h1>a</h1><h2>b</h2><h3>c</h3><p>H<sub>2</sub>O x<sup>2</sup> <kbd>Ctrl</kbd> <strike>d</strike> <s>e</s> "
    "<del>f</del> <b>g</b> <i>h</i> <strong>i</strong> <em>j</em> <code>k</code><br>l</p>"
    "<hr><blockquote><p>m</p></blockquote>"
    '<ul><li>n<ol start="3"><li>o</li></ol></li></ul><dl><dt>p</dt><dd>q</dd></dl><pre><code>r\n  s</code></pre>'
    '<table><thead><tr><th>t</th></tr></thead><tbody><tr><td align="right">u</td></tr></tbody></table>'
)


def html(source: str) -> str:
    return render(source, format="html").html


def test_all_that_stack_exchange_writes_is_kept_as_it_is():
    assert html(STACK_EXCHANGE.replace('align="right"', 'style="text-align:right"')) == STACK_EXCHANGE


def test_pictures_and_links_are_kept():
    assert html(
        '<a href="https://x.example/?a=1&amp;b=2" title="t"><img src="https://x.example/a.png" alt="b"></a>'
    ) == (
        '<a href="https://x.example/?a=1&amp;b=2" title="t" rel="nofollow ugc noopener">'
        '<img src="https://x.example/a.png" alt="b" loading="lazy"></a>'
    )


def test_code_is_coloured_by_the_class_that_the_import_gives_it():
    assert html('<pre class="lang-py prettyprint-override"><code>return "&lt;"\n</code></pre>') == (
        '<pre><code class="language-python"><span class="k">return</span> <span class="s">"&lt;"</span>\n</code></pre>'
    )


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<p>a<ul><li>b<li>c", "<p>a</p><ul><li>b</li><li>c</li></ul>"),
        ("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b>c"),
        ("</p></div>a", "a"),
        (
            "<table><tr><td>a<td>b<tr><td>c</table>",
            "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
        ),
        ("<td>a</td>", "a"),
        ("<a href='/x'>a<a href='/y'>b", '<a href="/x">a</a><a href="/y">b</a>'),
        ("<p title=x onclick=y>a</p>", "<p>a</p>"),
        ("<pre>\n\na\n\nb</pre>", "<pre>a\n\nb</pre>"),
        ("<pre><b>a</b></pre>", "<pre><b>a</b></pre>"),
        ("<font color=red>a</font><!-- b --><blink>c</blink>", "ac"),
        ("1 < 2 &amp; 3 > 2 &nbsp;x &copy;", "1 &lt; 2 &amp; 3 &gt; 2 &nbsp;x ©"),
        ("<img src='/other.png'><a href='relative'>a</a>", "<a>a</a>"),
        ("<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"),
        (
            '<img src="https://x.example/a.png" width="10" height="20%">',
            '<img src="https://x.example/a.png" alt="" width="10" loading="lazy">',
        ),
    ],
)
def test_what_is_badly_nested_is_nested_as_browsers_do(source, written):
    assert html(source) == written


def test_the_plain_text_has_a_line_for_each_line():
    assert render(STACK_EXCHANGE, format="html").plain == (
        "a\n\nb\n\nc\n\nH2O x2 Ctrl d e f g h i j k\nl\n\nm\n\nn\n\no\n\np\nq\n\nr\n  s\n\nt\n\nu"
    )
