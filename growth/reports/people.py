"""The people behind a number: pages of a stored answer, with members' names from PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from community.members.models import Member
from growth.reports.models import Answer

SIZE = 50
CHUNK = 2000  # rows of an export at once


@dataclass(frozen=True)
class Person:
    number: int  # a member's id, or minus a visitor's
    member: Member | None  # None for a visitor

    @property
    def visitor(self) -> int | None:
        return -self.number if self.number < 0 else None


def count(answer: Answer) -> int:
    length = RawSQL("coalesce(cardinality(persons), 0)", [], output_field=IntegerField())
    return Answer.objects.filter(pk=answer.pk).annotate(n=length).values_list("n", flat=True).get()


def page(answer: Answer, number: int, size: int = SIZE) -> list[Person]:
    """Page `number`, from 1; members first, each in the order in which they came."""
    first = (number - 1) * size
    found = Answer.objects.filter(pk=answer.pk).values_list(f"persons__{first}_{first + size}", flat=True).first()
    return _named(found or [])


def everybody(answer: Answer) -> Iterator[Person]:
    number = 1
    while found := page(answer, number, CHUNK):
        yield from found
        number += 1


def _named(numbers: Sequence[int]) -> list[Person]:
    shown = Member.objects.only("username", "display_name", "date_joined", "seen_at", "points", "is_active")
    members = shown.in_bulk([number for number in numbers if number > 0])
    return [Person(number, members.get(number)) for number in numbers]
