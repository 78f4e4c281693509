"""Find out who is in the segments that are due, all by one pass over the lake, and write down who came and who left."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from numpy.typing import NDArray

from events.engine import Reader, reading
from growth.reports.forms import moment
from growth.reports.kinds import KINDS
from growth.segments import membership
from growth.segments.conditions import Invalid
from growth.segments.evaluating import Ask, evaluate
from growth.segments.keeping import PEOPLE
from growth.segments.models import Membership, Segment
from growth.segments.vocabulary import read

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claim:
    """A segment as it was when this worker took it."""

    pk: int
    number: int
    definition: Mapping[str, Any]
    who: str
    started_at: datetime


def refresh_due(now: datetime) -> int:
    """Refresh what is due; how many segments changed hands. What fails says why and leaves the others alone."""
    claims = _claim(now)
    lists = [claim for claim in claims if PEOPLE in claim.definition]
    return _refresh_conditions([claim for claim in claims if claim not in lists]) + sum(map(_refresh_list, lists))


@transaction.atomic
def _claim(now: datetime) -> list[Claim]:
    """Those that are due, marked as begun: another worker finds them taken."""
    due = Segment.objects.due(now).select_for_update(skip_locked=True)
    pks = list(due.order_by("pk").values_list("pk", flat=True))
    started = timezone.now()
    Segment.objects.filter(pk__in=pks).update(started_at=started)
    rows = Segment.objects.filter(pk__in=pks).with_version()
    return [Claim(row.pk, row.number, row.definition, row.who, started) for row in rows]


def _refresh_conditions(claims: list[Claim]) -> int:
    asks: dict[int, Ask] = {}
    readable = []
    for claim in claims:
        try:
            asks[claim.pk] = Ask(read(claim.definition), claim.who)
            readable.append(claim)
        except Invalid as fault:  # an event or an attribute is gone since
            _fail(claim, str(fault))
    if not readable:
        return 0
    try:
        with reading() as reader:
            found = evaluate(reader, asks)
    except Exception as error:
        for claim in readable:
            _fail(claim, f"{type(error).__name__}: {error}")
        raise
    return sum(apply(claim, found[claim.pk], reader.as_of) for claim in readable)


def _refresh_list(claim: Claim) -> bool:
    wanted = claim.definition[PEOPLE]
    try:
        with reading(as_of=moment(wanted["params"], "as_of")) as reader:
            persons = _listed(wanted, reader)
    except Exception as error:
        logger.exception("segment %s", claim.pk)
        _fail(claim, f"{type(error).__name__}: {error}")
        return False
    return apply(claim, persons, claim.started_at)


def _listed(wanted: Mapping[str, Any], reader: Reader) -> NDArray[np.int64]:
    people = KINDS[wanted["kind"]].people(wanted["params"], wanted["cell"], reader)
    return np.unique(reader.rows(people.select("person").distinct())["person"].to_numpy())


@transaction.atomic
def apply(claim: Claim, persons: NDArray[np.int64], at: datetime) -> bool:
    """Write down who came and who left at `at`. False, and nothing, where a later refresh or version was quicker."""
    segment = Segment.objects.select_for_update().with_version().get(pk=claim.pk)
    if segment.number != claim.number or (segment.refreshed_at and segment.refreshed_at >= at):
        Segment.objects.filter(pk=claim.pk).update(finished_at=timezone.now())
        return False
    before = membership.current(claim.pk)["person"].to_numpy()
    _leave(claim.pk, np.setdiff1d(before, persons, assume_unique=True), at)
    _enter(claim.pk, np.setdiff1d(persons, before, assume_unique=True), at)
    told = {"size": len(persons), "refreshed_at": at, "finished_at": timezone.now(), "error": ""}
    Segment.objects.filter(pk=claim.pk).update(**told)
    return True


def _leave(segment: int, persons: NDArray[np.int64], at: datetime) -> None:
    if len(persons):
        Membership.objects.current().filter(segment=segment, person__in=persons.tolist()).update(left_at=at)


def _enter(segment: int, persons: NDArray[np.int64], at: datetime) -> None:
    query = "COPY segments_membership (segment_id, person, entered_at) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for person in persons.tolist():
            copy.write_row((segment, person, at))


def _fail(claim: Claim, fault: str) -> None:
    Segment.objects.filter(pk=claim.pk).update(finished_at=timezone.now(), error=fault[:500])
