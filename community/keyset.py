"""Pages of a long list by keyset: the next page begins after the last row seen, at the cost of one index look-up.

Source: M. Winand, "We need tool support for keyset pagination" (use-the-index-luke.com/no-offset).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    after: str | None  # cursor of the next page, None on the last

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def _plain(value: Any) -> Any:
    return {"t": value.isoformat()} if isinstance(value, datetime) else value


def _value(plain: Any) -> Any:
    return datetime.fromisoformat(plain["t"]) if isinstance(plain, dict) else plain


def encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([_plain(v) for v in values]).encode()).decode().rstrip("=")


def decode(cursor: str, length: int) -> list[Any]:
    """The values of a cursor; Http404 where it is none of ours."""
    try:
        values = [_value(v) for v in json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))]
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Http404("no such page") from error
    if len(values) != length or not all(map(_fits, values)):
        raise Http404("no such page")
    return values


def _fits(value: Any) -> bool:
    """Whether PostgreSQL can hold it: no NUL in a text, no number beyond a bigint."""
    if isinstance(value, str):
        return "\x00" not in value
    return isinstance(value, datetime) or (isinstance(value, int | float) and abs(value) < 2**63)


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows behind `values` in a strictly descending or ascending order whose last field is unique.

    The first field's bound stands alone as well, so that PostgreSQL starts the index scan there.
    """
    behind, equal = Q(), Q()
    for field, value in zip(order, values, strict=True):
        name = field.lstrip("-")
        behind |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    first = order[0].lstrip("-")
    return Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": values[0]}) & behind


def page(rows: QuerySet[Row], *, order: Sequence[str], size: int, cursor: str | None = None) -> Page[Row]:
    """`size` rows in `order` (fields, the last one unique) behind `cursor`; one query."""
    try:
        if cursor:
            rows = rows.filter(_after(order, decode(cursor, len(order))))
        found = list(rows.order_by(*order)[: size + 1])
    except (
        ValueError,
        TypeError,
        ValidationError,
    ) as error:  # a cursor of another list
        raise Http404("no such page") from error
    return cut(found, order=order, size=size)


def cut(found: list[Row], *, order: Sequence[str], size: int) -> Page[Row]:
    """The page from its rows in order and, where there is a next page, the first of that."""
    shown = found[:size]
    more = len(found) > size
    return Page(shown, encode([getattr(shown[-1], f.lstrip("-")) for f in order]) if more else None)
