"""The verbs that write the ledger: award, reverse, withdraw.

Whoever calls holds the member's row lock (`Member.objects.lock`), taken before any other row, and an open
transaction. So the entries of one member are written one after another, and the cap is exact without a retry.

A key names what can stand once: `vote:12:7` is member 7's vote on post 12. While its entry stands, awarding again
returns it; after a reversal the same key may be awarded anew (and is stored as `vote:12:7#2`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from community.members.models import Member
from community.points import capping, periods, rules
from community.points.boards.publishing import publish
from community.points.models import JOINED, SITE, Entry, Rule


def award(
    rule: str,
    *,
    member_id: int,
    source: tuple[str, int],
    key: str,
    at: datetime | None = None,
    scopes: Iterable[str] = (),
) -> Entry | None:
    """Give the member what the rule called `rule` gives for `source` (kind, id), up to its daily cap.

    None where the active set has no such rule or it gives nothing. `scopes` are the boards it counts on beside the
    site's (`category:3`, `tag:7`); `at` is the time of the act, whose day has the cap.
    """
    terms = rules.current(rule)
    if terms is None or terms.points == 0:
        return None
    newest = Entry.objects.in_family(key).order_by("-pk").first()
    if newest and not Entry.objects.filter(reversal_of=newest).exists():
        return newest
    at = at or timezone.now()
    entry = Entry(
        member_id=member_id,
        rule=terms,
        raw=terms.points,
        granted=terms.points,
        pool=terms.pool,
        source_kind=source[0],
        source_id=source[1],
        scopes=sorted(set(scopes)),
        day=periods.site_day(at),
        at=at,
        key=_next_key(key, newest),
    )
    if entry.pool:
        entry.granted = _settle(entry, terms)
    return _append(entry, terms)


def reverse(key: str, *, at: datetime | None = None) -> Entry | None:
    """Take back the standing award of this key by an entry on the award's own day; None where none stands."""
    entry = Entry.objects.in_family(key).standing().select_related("rule").order_by("-pk").first()
    return _reverse(entry, at) if entry else None


def withdraw(rule: str, *, member_id: int, source: tuple[str, int], at: datetime | None = None) -> Entry | None:
    """Reverse the newest standing award of this rule, member and source; None where none stands.

    For what a source can cause once (an acceptance). Of several like awards (votes) reverse the one meant, by key.
    """
    standing = Entry.objects.standing().filter(
        rule__name=rule, member=member_id, source_kind=source[0], source_id=source[1]
    )
    entry = standing.select_related("rule").order_by("-pk").first()
    return _reverse(entry, at) if entry else None


def _reverse(original: Entry, at: datetime | None) -> Entry:
    """The original's day, pool and boards: a reversal undoes the past, it does not weigh on today."""
    entry = Entry(
        member_id=original.member_id,
        rule=original.rule,
        raw=-original.raw,
        granted=-original.granted,
        pool=original.pool,
        source_kind=original.source_kind,
        source_id=original.source_id,
        scopes=original.scopes,
        day=original.day,
        at=at or timezone.now(),
        reversal_of=original,
        key=f"reversal:{original.pk}",
    )
    if entry.pool:
        entry.granted = _settle(entry, original.rule)
    return _append(entry, original.rule)


def _next_key(key: str, newest: Entry | None) -> str:
    if newest is None:
        return key
    number = int(newest.key.removeprefix(key).lstrip("#") or 1)
    return f"{key}#{number + 1}"


def _settle(entry: Entry, terms: Rule) -> int:
    """What `entry` must grant so that its member-day's pool comes to what the cap makes of the standing awards.

    Withdrawing an award below a full cap therefore takes nothing where a later award fills the room.
    """
    pool = Entry.objects.of_pool(entry.member_id, entry.day, entry.pool)
    rows = list(pool.values_list("at", "pk", "raw", "rule__cap", "granted", "reversal_of"))
    undone = {row[5] for row in rows} | {entry.reversal_of_id}
    lines = [row[:4] for row in rows if row[5] is None and row[1] not in undone]
    if entry.reversal_of_id is None:
        lines.append((entry.at, sys.maxsize, entry.raw, terms.cap))
    after = capping.granted_sum((raw, cap) for _at, _pk, raw, cap in sorted(lines))
    return after - sum(row[4] for row in rows)


def _append(entry: Entry, terms: Rule) -> Entry:
    entry.save(force_insert=True)
    if entry.granted:
        Member.objects.filter(pk=entry.member_id).update(points_total=F("points_total") + entry.granted)
        if terms.name != JOINED:
            _count(entry.member_id, entry.day, [SITE, *entry.scopes], entry.granted)
    transaction.on_commit(partial(publish, [entry.member_id]), robust=True)
    return entry


def _count(member_id: int, day: date, scopes: list[str], points: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO points_pointsday (scope, day, member_id, points)"
            " SELECT unnest(%s::text[]), %s, %s, %s ON CONFLICT (scope, day, member_id)"
            " DO UPDATE SET points = points_pointsday.points + excluded.points",
            [scopes, day, member_id, points],
        )
