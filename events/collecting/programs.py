"""Events of programs: declared by their owner, recorded by their owner, each once by the owner's own id."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events import context
from events.collecting import units, writing
from events.collecting.checking import Act, Clock, Declaration, Refused, check
from events.collecting.parcels import Parcel, refusal, row_of
from events.collecting.reading import Batch
from events.models import DeclaredEvent
from events.names import ACTIVE, NAMES
from events.record import epoch_us

ABOUT = frozenset({"topic", "post", "comment", "member", "tag"})
EXTERNAL = "external_id"
# Of the site's own events the one that programs record as well: whoever asks for flags shows what they say. By those
# owners alone to whom an admin has given an event of their own.
EXPOSED = "exposed"
EXPOSURE = Declaration(frozenset(NAMES[EXPOSED].objects), frozenset(NAMES[EXPOSED].properties))
MOST_VARIATIONS = 1000
RESERVED = frozenset({*NAMES, *ACTIVE, "active"})


class Undeclarable(ValueError):
    """str() says why."""


@dataclass
class Report:
    written: int = 0
    duplicates: int = 0
    refused: list[dict[str, object]] = field(default_factory=list)


def declare(name: str, *, owner: str, description: str = "", properties: Iterable[str] = ()) -> DeclaredEvent:
    """Let `owner` record events of this name from now on; done again, it changes what is said of them.

    Raises Undeclarable where the name is the site's or another owner's.
    """
    if name in RESERVED:
        raise Undeclarable(_("“%s” is an event of the site’s own.") % name)
    try:
        with transaction.atomic():
            declared, _new = DeclaredEvent.objects.update_or_create(
                name=name, owner=owner, defaults={"description": description, "properties": sorted(set(properties))}
            )
    except IntegrityError as error:
        raise Undeclarable(_("“%s” is no name for an event, or another has declared it.") % name) from error
    return declared


@transaction.atomic
def record(batch: Batch, *, owner: str, unit: int, now: datetime) -> Report:
    """Write the owner's events; `unit` is theirs who name no other. What is refused does not hold up the rest.

    An event with an id is written once, whatever comes under that id within 31 days.
    """
    now_us, day = epoch_us(now), now.astimezone(UTC).date()
    report, together, single = Report(), Parcel("api", day), []
    acts = _checked(batch, owner, batch.clock(now_us), together, report)
    people = units.visitors_of(owner, (external for _act, external in acts if external))
    for act, external in acts:
        row = row_of(act, unit=-people[external] if external else unit, context=context.current())
        parcel = together
        if act.id:
            single.append(parcel := Parcel("api", day, key_of(owner, act.id)))
        parcel.take(act, row, now_us=now_us)
    fresh = writing.write_rows([*single, together])
    written = set(map(id, fresh))
    for again in (parcel for parcel in single if id(parcel) not in written):
        together.counts[again.rows[0].name, "duplicate"] += 1
        report.duplicates += 1
    writing.count(fresh)
    report.written = sum(len(parcel.rows) for parcel in fresh)
    return report


def key_of(owner: str, client_id: str) -> uuid.UUID:
    """By which an event is known again: 128 bits of a hash of who sends it and what they call it."""
    return uuid.UUID(bytes=sha256(f"{owner}\n{client_id}".encode()).digest()[:16])


def _checked(batch: Batch, owner: str, clock: Clock, parcel: Parcel, report: Report) -> list[tuple[Act, str]]:
    """What may be written, and their own name for whom it is about, where that is not the caller."""
    declared, foreign = _declared(batch.events, owner)
    found = []
    for index, given in enumerate(batch.events):
        try:
            external = _external(given)
            if isinstance(given, dict) and given.get("name") in tuple(foreign):
                raise Refused("not_yours", "Another program, or the site itself, records events of this name.")
            rest = {name: value for name, value in given.items() if name != EXTERNAL} if external else given
            act = check(rest, declared=declared, clock=clock)
            if act.name == EXPOSED:
                _check_exposure(act)
            found.append((act, external))
        except Refused as error:
            parcel.refuse(given, error.reason)
            report.refused.append(refusal(index, error))
    return found


def _declared(events: Iterable[object], owner: str) -> tuple[dict[str, Declaration], set[str]]:
    """Of the names in these events: what the owner has declared, and the names that are others'."""
    names = {given["name"] for given in events if isinstance(given, dict) and isinstance(given.get("name"), str)}
    own, foreign = {}, names & RESERVED
    for one in DeclaredEvent.objects.filter(name__in=[name for name in names if name.isprintable()]):
        if one.owner == owner:
            own[one.name] = Declaration(ABOUT, frozenset(one.properties))
        else:
            foreign.add(one.name)
    if EXPOSED in foreign and DeclaredEvent.objects.filter(owner=owner).exists():
        own[EXPOSED] = EXPOSURE
        foreign.remove(EXPOSED)
    return own, foreign


def _check_exposure(act: Act) -> None:
    """To a variation of a phase, both as the flag's answer told them. Raises Refused."""
    if act.object is None:
        raise Refused("bad_object", "An exposure is about a phase.")
    if act.value is None or not act.value.is_integer() or not 0 <= act.value < MOST_VARIATIONS:
        raise Refused("bad_value", "The value of an exposure is the number of the variation, from 0.")


def _external(given: Any) -> str:
    """Whom the event is about, by the name that they have in the program's own system; empty: the caller."""
    external = given.get(EXTERNAL, "") if isinstance(given, dict) else ""
    if external and not (isinstance(external, str) and len(external) <= 200 and external.isprintable()):
        raise Refused("bad_unit", "An external_id is a text of at most 200 printable characters.")
    return external
