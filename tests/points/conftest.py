"""The ledger's verbs as a test calls them, and boards that follow at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from django.test import TestCase

from community.members.models import Member
from community.points import ledger
from community.points.boards import publishing
from community.points.models import Entry, RuleSet

_numbers = count(1)


@pytest.fixture
def give(db) -> Callable[..., Entry | None]:
    """Award one rule for a fresh source: give(alice, "answer_upvoted", at=…)."""

    def award(member: Member, rule: str = "answer_upvoted", **terms: object) -> Entry | None:
        number = next(_numbers)
        terms = {"source": ("post", number), "key": f"test:{number}", **terms}
        return ledger.award(rule, member_id=member.pk, **terms)

    return award


@pytest.fixture
def total(db) -> Callable[[Member], int]:
    def read(member: Member) -> int:
        return Member.objects.values_list("points_total", flat=True).get(pk=member.pk)

    return read


@pytest.fixture
def rule_set(db) -> Callable[[str], RuleSet]:
    """Make a rule set the active one."""

    def activate(name: str) -> RuleSet:
        RuleSet.objects.filter(active=True).update(active=False)
        RuleSet.objects.filter(name=name).update(active=True)
        return RuleSet.objects.get(name=name)

    return activate


@pytest.fixture
def committing() -> Callable[[], Iterator[None]]:
    """A block whose after-commit work runs at its end, within a test's transaction."""
    return contextmanager(lambda: _captured())


def _captured() -> Iterator[None]:
    with TestCase.captureOnCommitCallbacks(execute=True):
        yield


@pytest.fixture
def boards(db, servers) -> None:
    """Complete boards in Redis."""
    publishing.rebuild()
