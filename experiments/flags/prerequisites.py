"""Which flags a flag asks before it answers. They must be there, and none may lead back to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import connection
from django.utils.translation import gettext as _

from experiments.models import Flag, Rule


def lock() -> None:
    """Until the transaction's end: two changes that are sound on their own could close a cycle together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('experiments.prerequisites', 0))")


def errors(name: str, rules: Iterable[Rule]) -> list[str]:
    wanted = {one for rule in rules for one in asked_by(rule)}
    if not wanted:
        return []
    known = set(Flag.objects.living().filter(name__in=wanted).values_list("name", flat=True)) | {name}
    told = [_("There is no flag %(name)s.") % {"name": one} for one in sorted(wanted - known)]
    if cycle := _way(wanted & known, name, {**_edges(), name: wanted}):
        told.append(_("A flag may not depend on itself: %(way)s") % {"way": " → ".join([name, *cycle])})
    return told


def asked_by(rule: Rule) -> list[str]:
    given = rule.prerequisites if isinstance(rule.prerequisites, list) else []
    return [one["flag"] for one in given if isinstance(one, dict) and isinstance(one.get("flag"), str)]


def dependents(name: str) -> list[str]:
    """The flags that ask this one."""
    asking = Rule.objects.filter(prerequisites__contains=[{"flag": name}]).exclude(flag__name=name)
    return sorted(set(asking.exclude(flag__lifecycle=Flag.Lifecycle.ARCHIVED).values_list("flag__name", flat=True)))


def _edges() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in Rule.objects.exclude(prerequisites=[]).select_related("flag").only("prerequisites", "flag__name"):
        found.setdefault(rule.flag.name, set()).update(asked_by(rule))
    return found


def _way(starts: Collection[str], end: str, edges: Mapping[str, Collection[str]]) -> list[str]:
    """From one of the starts to the end, both included; empty where there is none."""
    came: dict[str, str] = dict.fromkeys(starts, "")
    waiting = list(starts)
    while waiting:
        one = waiting.pop()
        if one == end:
            return _back(one, came)
        fresh = [other for other in edges.get(one, ()) if other not in came]
        came.update(dict.fromkeys(fresh, one))
        waiting.extend(fresh)
    return []


def _back(one: str, came: Mapping[str, str]) -> list[str]:
    way = [one]
    while came[way[0]]:
        way.insert(0, came[way[0]])
    return way
