"""The beginning of a text, for feeds, search results and notifications."""

import unicodedata

from community.forum.text import bidi

JOINER = "\u200d"
WORD_SEARCH = 24
"""How many characters back a word's beginning is looked for; words of CJK texts have no spaces between."""


def excerpt(plain: str, length: int) -> str:
    """At most `length` characters of a plain text on one line, cut between words where it can be."""
    line = " ".join(plain[: length * 4 + 4].split())
    if len(line) <= length:
        return bidi.closed(line)
    end = max(length - 1, 0)
    while end > 0 and _inside_character(line, end):
        end -= 1
    space = line.rfind(" ", max(end - WORD_SEARCH, 0), end + 1)
    return bidi.closed(line[: space if space > 0 else end].rstrip()) + "…"


def _inside_character(line: str, at: int) -> bool:
    """Whether a cut at `at` would part a letter from its accent or an emoji from its other half."""
    return unicodedata.combining(line[at]) != 0 or JOINER in (line[at], line[at - 1]) or line[at] == "\ufe0f"
