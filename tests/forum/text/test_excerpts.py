import pytest

from community.forum.text import excerpt


@pytest.mark.parametrize(
    ("plain", "length", "cut"),
    [
        ("a short one", 20, "a short one"),
        ("two\n\nlines  here", 20, "two lines here"),
        ("cut between these words", 15, "cut between…"),
        ("量子计算机上的纠错码", 6, "量子计算机…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("cafe\u0301s are open", 5, "caf…"),
        ("ab👩\u200d🔬cd", 5, "ab…"),
        ("", 10, ""),
        ("abc", 1, "…"),
    ],
)
def test_an_excerpt_is_one_line_cut_between_words_and_letters(plain, length, cut):
    assert excerpt(plain, length) == cut


def test_an_excerpt_closes_the_directions_it_opens():
    assert excerpt("a \u202e b c d e f g h", 8) == "a \u202e b c\u202c…"
