"""Pages of long lists: `items`, and `next`, the address of the page behind it, as a Link header too (RFC 8288)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from community import keyset
from community.api.shapes import InvalidQuery


@dataclass(frozen=True)
class Page:
    items: Sequence[Any]
    after: str | None = None  # cursor of the next page

    def next(self, request: Request) -> str | None:
        return replace_query_param(request.build_absolute_uri(), "cursor", self.after) if self.after else None


def by_keyset(rows: QuerySet[Any], query: dict[str, Any], *, order: Sequence[str]) -> Page:
    """One query, however deep. `query` has PageQuery's values; `order`'s last field is unique."""
    try:
        found = keyset.page(rows, order=order, size=query["page_size"], cursor=query.get("cursor"))
    except Http404 as error:
        raise bad_cursor() from error
    return Page(found.rows, found.after)


def number_of(query: dict[str, Any], *, most: int) -> int:
    """Of lists that are read by page numbers, the number in the cursor; 1 without one."""
    if "cursor" not in query:
        return 1
    try:
        (number,) = keyset.decode(query["cursor"], 1)
    except Http404 as error:
        raise bad_cursor() from error
    if not isinstance(number, int) or not 1 < number <= most:
        raise bad_cursor()
    return number


def numbered(items: Sequence[Any], *, number: int, more: bool) -> Page:
    return Page(items, keyset.encode([number + 1]) if more else None)


def bad_cursor() -> Exception:
    return InvalidQuery({"cursor": [ErrorDetail(_("This cursor is none of this list's."), "invalid")]})
