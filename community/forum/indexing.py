"""The words by which a post is found.

Words are cut, folded and stemmed here rather than by PostgreSQL, so that Chinese is cut into pairs of characters
(PostgreSQL would take a whole sentence for one word), accents do not matter, and a search sees the same words as the
index: both call `lexemes`. The stemmer is Harman's S-stemmer (1991) with one rule more: it only takes off the plural,
and so needs no dictionary and confuses few words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Value
from django.db.models.functions import Cast

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
_RUN = re.compile(rf"[{CJK}]+|[^\W{CJK}](?:[^\W{CJK}]|[.+#](?=[^\W{CJK}])|[+#]{{1,2}}(?!\w))*")
_IS_CJK = re.compile(rf"[{CJK}]")
_PARTS = re.compile(r"[._]")
_SILENT_E = re.compile("(?:ss|x|z|ch|sh)e$")

LONGEST = 40  # characters of a word
POSITIONS = 16_383  # PostgreSQL's highest
BYTES = 400_000  # of words; a tsvector holds a megabyte


def lexemes(text: str) -> list[str]:
    """The words of a text in order, as they are indexed: folded, stemmed, Chinese in overlapping pairs.

    `node.js` is there whole and in its parts. A single Chinese character stands alone only between other things; to
    find it within a run, search by prefix.
    """
    return [word for step in _steps(text) for word in step]


def vector(*, title: str = "", tags: Iterable[str] = (), plain: str = "") -> str:
    """A post as PostgreSQL reads a tsvector: the title weighs A, tags B, the text C."""
    places: dict[str, list[str]] = {}
    position, size = 0, 0
    for source, weight in ((title, "A"), (" ".join(tags), "B"), (plain, "C")):
        for step in _steps(source):
            position += 1
            for word in step:
                size += 0 if word in places else len(word.encode())
                places.setdefault(word, []).append(f"{position}{weight}")
            if position >= POSITIONS or size > BYTES:
                return _written(places)
    return _written(places)


def document(*, title: str = "", tags: Iterable[str] = (), plain: str = "") -> Cast:
    """The same as an expression for Post.search."""
    return Cast(Value(vector(title=title, tags=tags, plain=plain)), SearchVectorField())


def _steps(text: str) -> Iterator[tuple[str, ...]]:
    """The words at each position: one, or a compound with its parts."""
    for run in _RUN.findall(_folded(text)):
        if _IS_CJK.match(run):
            yield from ((run[at : at + 2],) for at in range(max(1, len(run) - 1)))
        else:
            parts = [part for part in _PARTS.split(run) if part]
            yield from _latin(run, parts)


def _latin(run: str, parts: list[str]) -> Iterator[tuple[str, ...]]:
    """`node.js` stands at the place of `node`, so that a phrase across it still holds."""
    if len(parts) < 2:
        yield (_stem(run),)
        return
    yield (run[:LONGEST], _stem(parts[0]))
    yield from ((_stem(part),) for part in parts[1:])


def _folded(text: str) -> str:
    """Lower-case, without accents, full-width letters as plain ones."""
    spread = unicodedata.normalize("NFKD", text).lower()
    return unicodedata.normalize("NFC", "".join(c for c in spread if not unicodedata.combining(c)))


def _stem(word: str) -> str:
    """Without its plural: queries, query; trees, tree; boxes, box; caches and cache, cach; class stays."""
    word = word[:LONGEST]
    if len(word) < 4:
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word[-1] == "s" and word[-2] not in "us":
        word = word[:-1]
    return word[:-1] if _SILENT_E.search(word) else word


def _written(places: dict[str, list[str]]) -> str:
    return " ".join(f"'{word}':{','.join(found[:256])}" for word, found in places.items())
