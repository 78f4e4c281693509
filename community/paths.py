"""Addresses of links. A page has a hundred of them, so `reverse()` is asked once for a name, not once for a link."""

from __future__ import annotations

from functools import cache, lru_cache
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

_SAFE = "!$&'()*+,;=/~:@"  # of a path, as `reverse` quotes it: RFC 3986, 3.3
_STAND_IN = 10**15  # digits fit a number and a text alike, and stand in no pattern of ours


def path_to(name: str, *parts: object) -> str:
    """What `reverse(name, args=parts)` gives. NoReverseMatch where the name takes other parts; types are trusted."""
    pattern = _pattern(name, len(parts))
    if pattern is None:
        return reverse(name, args=parts)
    return pattern % tuple([part if type(part) is int else _quoted(str(part)) for part in parts])


@lru_cache(4096)
def _quoted(part: str) -> str:
    return quote(part, safe=_SAFE)


@cache
def _pattern(name: str, length: int) -> str | None:
    """None where the parts must be certain words."""
    marks = [str(_STAND_IN + place) for place in range(length)]
    try:
        found = reverse(name, args=marks).replace("%", "%%")
    except NoReverseMatch:
        return None
    for mark in marks:
        found = found.replace(mark, "%s")
    return found
