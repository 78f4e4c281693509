import pytest

from community.forum.highlighting import highlight, plain
from community.forum.queries import Query, parse


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("redis board", Query(words=("redis", "board"))),
        ('"vote withdrawn" redis', Query(phrases=("vote withdrawn",), words=("redis",))),
        ("“vote withdrawn”", Query(phrases=("vote withdrawn",))),
        ("tag:Redis user:@Alice", Query(tags=("redis",), users=("alice",))),
        ("[celery] twice", Query(tags=("celery",), words=("twice",))),
        ("is:question is:unanswered", Query(kinds=("question",), states=("unanswered",))),
        ("index -windows", Query(words=("index",), without=("windows",))),
        ("-", Query(words=("-",))),
        ('"', Query(words=('"',))),
        ("", Query()),
        ("排行榜 tag:redis", Query(words=("排行榜",), tags=("redis",))),
        ("http://example.org/a:b", Query(words=("http://example.org/a:b",))),
    ],
)
def test_what_is_typed_is_understood(text: str, query: Query) -> None:
    assert parse(text) == query


def test_an_unknown_state_is_named_and_filters_nothing() -> None:
    query = parse("is:purple")
    assert query.unknown == ("purple",)
    assert query.empty


def test_a_very_long_query_is_cut() -> None:
    assert len(parse("word " * 10_000).words) <= 100


def _marked(parts: list[tuple[str, bool]]) -> list[str]:
    return [text for text, match in parts if match]


def test_the_words_are_marked_where_they_stand_in_other_endings() -> None:
    assert _marked(highlight("Indexes are read by an index scan of indexing", ["index"])) == [
        "Indexes",
        "index",
        "indexing",
    ]


def test_chinese_is_marked_inside_a_sentence() -> None:
    assert _marked(highlight("怎样让排行榜保持准确", ["排行榜"])) == ["排行榜"]


def test_the_snippet_is_cut_around_the_matches() -> None:
    text = "nothing here " * 100 + "the needle is here " + "and nothing there " * 100
    parts = highlight(text, ["needle"], length=100)
    assert _marked(parts) == ["needle"]
    assert len("".join(text for text, _ in parts)) < 130


def test_no_part_of_the_text_is_lost_or_doubled() -> None:
    text = "a redis board and a redis queue"
    assert "".join(part for part, _ in highlight(text, ["redis"])) == text


def test_signs_in_the_words_are_only_signs() -> None:
    assert _marked(highlight("what does (.*) mean", ["(.*)"])) == ["(.*)"]


def test_the_words_of_a_text_are_left_when_its_tags_go() -> None:
    html = '<p>If <a href="/x?a=1&amp;b=2">x</a> &lt; y &amp; <math alttext="y > 0"><mi>y</mi></math>,</p>\n<p>then</p>'
    assert plain(html) == "If x < y & y, then"
