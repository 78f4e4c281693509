"""Numbers as a request gives them: text of any length, in any script, or nothing at all."""

from __future__ import annotations

from django.http import Http404, HttpRequest

BIGGEST = 2**63 - 1  # a bigint's
DIGITS = len(str(BIGGEST))  # int() refuses texts of some thousand digits


def whole(text: str, *, most: int = BIGGEST) -> int | None:
    """The whole number from 1 to `most` that the text is; None where it is none."""
    if not text.isdecimal() or len(text) > DIGITS:
        return None
    return number if 1 <= (number := int(text)) <= most else None


def page_number(request: HttpRequest, *, most: int) -> int:
    """`?page=`, 1 where it is left out; Http404 above `most` and for what is no number."""
    number = whole(request.GET.get("page", "1"), most=most)
    if number is None:
        raise Http404("no such page")
    return number
