from community.forum.text import render, render_inline


def html(source: str, **options: str) -> str:
    return render(source, format="markdown", **options).html.strip()


def test_a_paragraph_with_emphasis_and_a_link_that_search_engines_shall_not_follow():
    assert html("*a* **b** ~~c~~ [d](https://x.example/ 't')") == (
        "<p><em>a</em> <strong>b</strong> <s>c</s> "
        '<a href="https://x.example/" title="t" rel="nofollow ugc noopener">d</a></p>'
    )


def test_a_link_within_the_site_is_followed():
    assert html("[d](/t/1/)") == '<p><a href="/t/1/">d</a></p>'


def test_an_address_is_a_link_without_the_full_stop_and_the_bracket_around_it():
    assert '(<a href="https://x.example/a_(b)" rel="nofollow ugc noopener">https://x.example/a_(b)</a>).' in html(
        "(https://x.example/a_(b))."
    )


def test_an_address_ends_where_chinese_begins():
    assert ">https://x.example/a</a>的说明。</p>" in html("见https://x.example/a的说明。")


def test_a_file_name_under_a_real_domain_is_no_link():
    assert "<a" not in html("README.md, main.rs, config.py, www.example.com, git@github.com")


def test_a_table_keeps_its_alignment_without_a_style():
    page = html("|a|b|\n|:-:|--:|\n|1|2|")
    assert '<th align="center">a</th>' in page
    assert '<td align="right">2</td>' in page
    assert "style" not in page


def test_tasks_are_boxes_of_text():
    assert html("- [ ] a\n- [x] b\n- [y] c") == (
        '<ul>\n<li class="task">☐ a</li>\n<li class="task">☑ b</li>\n<li>[y] c</li>\n</ul>'
    )


def test_footnotes_of_two_posts_on_one_page_do_not_meet():
    first, second = html("a[^1]\n\n[^1]: b", prefix="p1-"), html("a[^1]\n\n[^1]: b", prefix="p2-")
    assert 'href="#p1-fn1" id="p1-fnref1"' in first
    assert 'id="p1-fn1"' in first
    assert 'href="#p1-fnref1"' in first
    assert first.replace("p1-", "p2-") == second


def test_what_looks_like_html_is_text_but_for_a_few_plain_tags():
    assert html("vector<int> <kbd>Ctrl</kbd> H<sub>2</sub><br>x <div class=a>") == (
        "<p>vector&lt;int&gt; <kbd>Ctrl</kbd> H<sub>2</sub><br>x &lt;div class=a&gt;</p>"
    )


def test_a_tag_left_open_ends_with_its_paragraph():
    assert html("<b>a\n\nb") == "<p><b>a</b></p>\n<p>b</p>"


def test_pictures_come_from_the_web_or_from_our_uploads_and_wait_until_they_are_seen():
    assert html("![a](/media/x.png) ![b](https://x.example/b.png)") == (
        '<p><img src="/media/x.png" alt="a" loading="lazy"> '
        '<img src="https://x.example/b.png" alt="b" loading="lazy"></p>'
    )
    assert "<img" not in html("![a](/members/sign-out/) ![b](data:image/png;base64,AA==) ![c](c.png) ![](/media/../x)")


def test_the_plain_text_has_the_words_the_code_and_the_formulas_as_typed():
    source = "# T\n\na *b*\nc `d`\n\n```py\nx = 1\n\n\ny\n```\n\n- e\n- f $g^2$\n\n|h|i|\n|-|-|\n|j|k|\n\nl[^1]"
    source += "\n\n[^1]: m"
    assert render(source, format="markdown").plain == (
        "T\n\na b c d\n\nx = 1\n\n\ny\n\ne\nf $g^2$\n\nh i\n\nj k\n\nl[1]\n\nm"
    )


def test_the_plain_text_of_a_picture_is_its_description():
    assert render("see ![a plot](/media/x.png)", format="markdown").plain == "see a plot"


def test_a_comment_is_one_line_of_inline_markup():
    rendered = render_inline("# `a` *b* [c](https://x.example) ![d](/media/x.png)\n- $x^2$ <kbd>e</kbd>")
    assert rendered.html.startswith('# <code>a</code> <em>b</em> <a href="https://x.example"')
    assert "<img" not in rendered.html
    assert "&lt;kbd&gt;" in rendered.html
    assert "<math" in rendered.html
    assert rendered.plain == "# a b c !d - $x^2$ <kbd>e</kbd>"


def test_a_comment_cannot_turn_the_writing_after_it():
    assert render_inline("a\u202eb\u2066c").html == "a\u202eb\u2066c\u2069\u202c"
    assert render_inline("\u2066a\u2069 b").html == "\u2066a\u2069 b"


def test_a_comment_full_of_direction_marks_loses_them():
    assert render_inline("\u202e" * 200 + "a").html == "a"
