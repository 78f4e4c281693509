"""The piece of a text in which the words searched for stand, with those words marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

_TAG = re.compile(r"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")

Part = tuple[str, bool]  # a stretch of text, and whether it matches


def plain(html: str) -> str:
    """The words of a text on one line. Of sanitised HTML only: its tags are whole, so that no parser is needed."""
    return " ".join(unescape(_TAG.sub("", html)).split())


def pattern(terms: Sequence[str]) -> re.Pattern[str] | None:
    """Matches words that begin like a term (so that `index` marks `indexes`); Chinese anywhere."""
    pieces = []
    for term in sorted({term for term in terms if term}, key=len, reverse=True):
        latin = term[0].isascii()
        stem = re.escape(term[: max(3, len(term) - 2)] if latin and len(term) > 4 else term)
        pieces.append(rf"\b{stem}\w*" if latin and term[0].isalnum() else re.escape(term))
    return re.compile("|".join(pieces), re.IGNORECASE) if pieces else None


def highlight(text: str, terms: Sequence[str], *, length: int = 240) -> list[Part]:
    """At most about `length` characters around the densest match, cut at spaces, in order."""
    text = " ".join(text.split())
    found = pattern(terms)
    if found is None:
        return [(text[:length], False)]
    spans = [match.span() for match in found.finditer(text)]
    start, end = _window(text, spans, length)
    parts: list[Part] = [("… ", False)] if start else []
    at = start
    for left, right in spans:
        if left < start or right > end:
            continue
        parts += [(text[at:left], False), (text[left:right], True)]
        at = right
    parts.append((text[at:end] + (" …" if end < len(text) else ""), False))
    return [part for part in parts if part[0]]


def _window(text: str, spans: list[tuple[int, int]], length: int) -> tuple[int, int]:
    if not spans or len(text) <= length:
        return 0, min(length, len(text))
    best = _densest([left for left, _ in spans], length)
    start = max(0, best - length // 4)
    if start:
        space = text.find(" ", start, best)
        start = space + 1 if space >= 0 else start
    return start, min(len(text), start + length)


def _densest(places: list[int], length: int) -> int:
    """The first of the places from which the most others lie within `length`; they are in order, so one walk does."""
    best, most, end = places[0], 0, 0
    for index, place in enumerate(places):
        while end < len(places) and places[end] < place + length:
            end += 1
        if end - index > most:
            best, most = place, end - index
    return best
