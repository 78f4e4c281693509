from types import SimpleNamespace

from community.forum import diffing
from community.forum.diffing import Line, Piece


def shown(old: str, new: str) -> list[str]:
    """Lines as text: ` ` same, `-` and `+` changed with [] around the words, `…` a gap."""
    signs = {"same": " ", "added": "+", "removed": "-", "gap": "…"}
    return [
        signs[line.kind] + "".join(p.text if p.kind == "same" else f"[{p.text}]" for p in line.pieces)
        for line in diffing.lines(old, new)
    ]


def test_nothing_changed_is_no_line():
    assert diffing.lines("a\nb", "a\nb") == []


def test_a_changed_line_shows_its_changed_words():
    assert shown("one\nthe quick fox\nend", "one\nthe slow fox\nend") == [
        " one",
        "-the [quick] fox",
        "+the [slow] fox",
        " end",
    ]


def test_lines_come_and_go_whole():
    assert shown("a\nb", "a\nx\nb") == [" a", "+[x]", " b"]
    assert shown("a\nx\nb", "a\nb") == [" a", "-[x]", " b"]


def test_chinese_is_compared_by_characters():
    assert shown("数据库很慢", "数据库很快") == ["-数据库很[慢]", "+数据库很[快]"]


def test_what_is_far_from_a_change_is_left_out():
    old = "\n".join(str(n) for n in range(20))
    assert shown(old, old.replace("10", "ten")) == ["…", " 8", " 9", "-[10]", "+[ten]", " 11", " 12"]


def test_markup_stays_text():
    assert diffing.lines("", "<script>") == [Line("added", (Piece("<script>", "added"),))]


def test_texts_beyond_all_reason_are_compared_whole():
    long = "\n".join(f"line {n}" for n in range(5000))
    assert len(diffing.lines(long, long + "!")) == 10_000
    assert [line.kind for line in diffing.lines("x " * 5000, "y " * 5000)] == ["removed", "added"]


def revision(title: str, tags: list[str], body: str) -> SimpleNamespace:
    return SimpleNamespace(title=title, tag_names=tags, body=body)


def test_a_change_of_title_and_tags_is_told_apart():
    change = diffing.revisions(
        revision("How to sort", ["sql", "old"], "x"), revision("How to order", ["sql", "new"], "x")
    )
    assert [(piece.text, piece.kind) for piece in change.title if piece.kind != "same"] == [
        ("sort", "removed"),
        ("order", "added"),
    ]
    assert (change.tags_added, change.tags_removed, change.lines) == (("new",), ("old",), [])


def test_the_first_revision_is_all_new():
    change = diffing.revisions(None, revision("How", ["sql"], "x"))
    assert change.title == (Piece("How", "added"),)
    assert (change.tags_added, [line.kind for line in change.lines]) == (("sql",), ["added"])
