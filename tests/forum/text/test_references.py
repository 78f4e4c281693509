import pytest

from community.forum.text import render, render_inline


def mentions(source: str) -> tuple[str, ...]:
    return render(source, format="markdown").mentions


def tags(source: str) -> tuple[str, ...]:
    return render(source, format="markdown").tags


def test_a_mention_is_a_link_to_the_member():
    rendered = render_inline("hi @Alice!")
    assert rendered.html == 'hi <a href="/members/Alice/" class="mention">@Alice</a>!'
    assert rendered.mentions == ("alice",)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("@alice, @bob.x. and @carol_d-e: @alice", ("alice", "bob.x", "carol_d-e")),
        ("(@alice) *@bob* [x](/y) @carol", ("alice", "bob", "carol")),
        ("谢谢@alice的回答，@小明 也是", ("alice", "小明")),
        ("@josé @Ünal", ("josé", "ünal")),
        ("a@b.example me@bob x.y@z foo+bar@baz.example", ()),
        ("`@alice` [@bob](https://x.example) https://x.example/@carol", ()),
        ("```\n@alice\n```\n\n    @bob", ()),
        (r"\@alice @ @a @@bob @" + "x" * 41, ()),
        ("$@alice$ @bob@example.org", ()),
        ("**bold**@alice", ("alice",)),
        ("`code`@alice", ()),
    ],
)
def test_mentions_are(source, names):
    assert mentions(source) == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("#python, #C++ and #c# (#quantum-gate).", ("python", "c++", "c#", "quantum-gate")),
        ("学习#量子计算 吧, #機械学習", ("量子计算", "機械学習")),
        ("#123 and # heading", ()),
        ("# heading\n\n## second", ()),
        ("#3d #2fa", ("3d", "2fa")),
        ("`#a` [#b](https://x.example) https://x.example/#c &#35; a#b /#d", ()),
        (r"\#a $#b$", ()),
    ],
)
def test_tags_are(source, names):
    assert tags(source) == names


def test_a_chinese_tag_is_a_link_that_any_browser_can_follow():
    assert render_inline("#量子").html == '<a href="/tags/%E9%87%8F%E5%AD%90/" class="tag">#量子</a>'


def test_an_import_names_nobody():
    rendered = render("<p>@alice #python</p>", format="html")
    assert (rendered.html, rendered.mentions, rendered.tags) == ("<p>@alice #python</p>", (), ())
