"""A member's points, line by line: what each came from and what it made of the balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Sum

from community import keyset
from community.members.models import Member
from community.points import scopes, wording
from community.points.models import Entry

SIZE = 50


@dataclass(frozen=True)
class Line:
    entry: Entry
    label: str
    cause: scopes.Cause | None  # None where it is gone or the viewer may not read it
    balance: int | None  # after this line; None where lines of other rules are left out

    @property
    def cut(self) -> bool:
        """Whether the day's cap gave less than the rule does."""
        return self.entry.reversal_of_id is None and self.entry.granted != self.entry.raw


@dataclass(frozen=True)
class Statement:
    lines: list[Line]
    after: str | None  # cursor of the next page


@dataclass(frozen=True)
class RuleSum:
    rule: str
    label: str
    entries: int
    points: int


def sums(member: Member) -> list[RuleSum]:
    """What each rule gave and cost the member, the most first. `entries` are the awards, reversed or not."""
    rows = Entry.objects.filter(member=member).values("rule__name").annotate(n=Count("pk"), points=Sum("granted"))
    found = [RuleSum(row["rule__name"], wording.rule(row["rule__name"]), row["n"], row["points"]) for row in rows]
    return sorted(found, key=lambda one: (-one.points, one.rule))


def read(member: Member, *, viewer: Member, rule: str = "", cursor: str | None = None, size: int = SIZE) -> Statement:
    """A page of the ledger, newest first, of one rule or all. Running balances are those of the whole ledger."""
    entries = Entry.objects.filter(member=member).for_member_page()
    if rule:
        entries = entries.filter(rule__name=rule)
    page = keyset.page(entries, order=["-pk"], size=size, cursor=cursor)
    itself = ("member", member.pk)  # says nothing as a cause
    sources = [(entry.source_kind, entry.source_id) for entry in page]
    causes = scopes.causes(viewer, [source for source in sources if source != itself])
    balances = [None] * len(page) if rule else list(_balances(member, page.rows))
    lines = [
        Line(entry, wording.rule(entry.rule.name), causes.get(source), balance)
        for entry, source, balance in zip(page, sources, balances, strict=True)
    ]
    return Statement(lines, page.after)


def _balances(member: Member, entries: list[Entry]) -> Iterator[int]:
    """The sum of the ledger up to each entry, at least 1 as everywhere."""
    if not entries:
        return
    earlier = Entry.objects.filter(member=member, pk__lte=entries[0].pk)
    total = earlier.aggregate(n=Sum("granted"))["n"]
    for entry in entries:
        yield max(1, total)
        total -= entry.granted
