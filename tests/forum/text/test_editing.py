import xml.etree.ElementTree as ET

import pytest

from community.forum.text import render, to_markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h2>a</h2><p>b</p>", "## a\n\nb"),
        ('<p><a href="https://x.example" title="t">a</a></p>', '[a](https://x.example "t")'),
        ('<p><a href="https://x.example">https://x.example</a></p>', "<https://x.example>"),
        ('<p><img src="https://x.example/a (1).png" alt="b]"></p>', r"![b\]](https://x.example/a%20%281%29.png)"),
        ("<pre class='lang-py'><code>a = 1\n\n  b\n</code></pre>", "```python\na = 1\n\n  b\n```"),
        ("<pre><code>```\na\n```\n</code></pre>", "````\n```\na\n```\n````"),
        ("<p>a<sub>1</sub> b<sup>2</sup> <kbd>*</kbd></p>", r"a<sub>1</sub> b<sup>2</sup> <kbd>\*</kbd>"),
        ("<p><strike>a</strike> <s>b</s> <del>c</del></p>", "~~a~~ ~~b~~ ~~c~~"),
        ("<p>*a* _b_ a_b 2 * 3 \\ `c`</p>", r"\*a\* \_b\_ a_b 2 \* 3 \\ \`c\`"),
        ("<p>1. a<br>- b<br># c</p>", "1\\. a\\\n\\- b\\\n\\# c"),
        ("<p>$a_1 * b$ costs $5 and $6</p>", r"$a_1 * b$ costs \$5 and \$6"),
        ("<p>$ a $ and \\[b\\]</p>", r"\(a\) and $$b$$"),
        ("<table><tr><th>a</th></tr><tr><td>b|c $|x|$</td></tr></table>", "| a |\n| --- |\n| b\\|c $\\|x\\|$ |"),
        ("<p>@alice #tag &lt;b&gt; &amp;lt;</p>", r"\@alice \#tag \<b> \&lt;"),
        ("<ol start=3><li>a<ul><li>b</li></ul></li></ol>", "3. a\n   - b"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "**a**\n\nb"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<script>x</script><p onclick=y>a</p>", "a"),
    ],
)
def test_as_markdown(html, markdown):
    assert to_markdown(html).strip() == markdown


def test_the_markdown_of_a_page_renders_to_the_same_words(reference):
    """Of a small real community: the plain text of each post, without spaces and delimiters, is the same both ways."""
    path = reference / "data" / "se-conlang" / "Posts.xml"
    if not path.exists():
        pytest.skip(f"no {path}")
    bodies = [row.get("Body", "") for row in ET.parse(path).getroot()]
    assert len(bodies) > 100
    differing = [body for body in bodies if _words(body, "html") != _words(to_markdown(body), "markdown")]
    assert len(differing) <= len(bodies) // 50


def _words(source: str, form: str) -> str:
    return "".join(sign for sign in render(source, format=form).plain if not sign.isspace() and sign not in "$\\()")
