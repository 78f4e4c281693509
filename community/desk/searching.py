"""Searches of long tables that an index always serves: what is typed becomes conditions on the table's own columns.

Django's `search_fields` join and compare by LIKE '%…%', which reads a million rows to find one.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from community.members.models import Member

NOTHING = Q(pk__in=[])
MOST_FOUND = 1000  # rows by words or by the beginning of a name
MOST_MEMBERS = 50  # whose names begin with what was typed
DIGITS = 18  # what fits into a bigint for certain


class SoughtAdmin(ModelAdmin):
    """`search_fields` is there for the box to be shown; what is found, says `sought`."""

    search_fields = ("pk",)

    def sought(self, term: str) -> Q:
        """The condition for what was typed: an id unless a subclass knows more."""
        return number(term, "pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.replace("\x00", "").strip()[:200]
        return (queryset.filter(self.sought(term)) if term else queryset), False


class MadeByVerbsAdmin(SoughtAdmin):
    """Neither made nor deleted here; those who may change the rows have actions for them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(MadeByVerbsAdmin):
    """To look at: what writes these rows are verbs."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def number(term: str, *fields: str) -> Q:
    """Any of these integer columns equals what was typed, `#7` or `7`."""
    digits = term.lstrip("#")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= DIGITS):
        return NOTHING
    return _any({field: int(digits) for field in fields})


def of_member(term: str, *fields: str) -> Q:
    """Any of these foreign keys is a member whose username begins with what was typed, `@alice` or `ali`."""
    found = Member.objects.starting_with(term.lstrip("@")).order_by().values_list("pk", flat=True)
    ids = list(found[:MOST_MEMBERS])
    return _any({f"{field}__in": ids for field in fields}) if ids else NOTHING


def among(found: QuerySet[Any], field: str = "pk") -> Q:
    """The rows that another look-up finds, the first MOST_FOUND of them.

    Their ids are fetched: with a subquery beside other conditions PostgreSQL would read the whole table.
    """
    return Q(pk__in=list(found.order_by().values_list(field, flat=True)[:MOST_FOUND]))


def _any(conditions: dict[str, Any]) -> Q:
    wanted = NOTHING
    for name, value in conditions.items():
        wanted |= Q(**{name: value})
    return wanted
