"""Experiments by the page, newest first, filtered and searched, at any size of the archive.

Nothing is counted. What is frequent is found among the newest, by their ids; what is rare, by an index; what is
neither is looked for as long as a reader waits, and from there on with the next page.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import OperationalError, connection, transaction
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from psycopg.errors import QueryCanceled

from experiments.models import Experiment, ExposureDay, Phase

SIZE = 30
NEAR = 50_000  # ids that are looked through one by one
PATIENCE = "120ms"
HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")


@dataclass(frozen=True)
class Page:
    rows: Sequence[Experiment]  # each with .units, those of its last phase, and its report
    after: int | None  # the id behind which the next page begins; None on the last
    is_cut: bool = False  # it took too long to look further back than `after`


def page(asked: Q = Q(), *, words: str = "", before: int | None = None, size: int = SIZE) -> Page:  # noqa: B008 - not changed
    """`asked`: a condition on experiments. `words` as in search engines: all of them, "a phrase", or, -without."""
    found = Experiment.objects.filter(asked)
    if any(map(str.isalnum, words)):
        found = found.filter(matching(words))
    top = (Experiment.objects.aggregate(top=Max("pk"))["top"] or 0) + 1 if before is None else before
    low = top - NEAR
    ids = list(found.filter(pk__lt=top, pk__gte=low).order_by("-pk").values_list("pk", flat=True)[: size + 1])
    far = _far(found.filter(pk__lt=low), size + 1 - len(ids)) if len(ids) <= size and low > 1 else []
    if far is None:
        return Page(list(_with_what_is_shown(ids)), low, is_cut=True)
    ids += far
    return Page(list(_with_what_is_shown(ids[:size])), ids[size - 1] if len(ids) > size else None)


def _far(found: QuerySet[Experiment], most: int) -> list[int] | None:
    """Of what is rare among the newest, by the index of words; None where that takes too long, as of a phrase whose
    words are everywhere. The order is one that no index has: walking back by id would read the whole archive."""
    try:
        with transaction.atomic():
            before = _patience(PATIENCE)
            ids = list(found.order_by((F("pk") + 0).desc()).values_list("pk", flat=True)[:most])
            _patience(before)
            return ids
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return None


def _patience(limit: str) -> str:
    """Set for this transaction; what it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
    return str(before)


def matching(words: str) -> Q:
    """Keys and tags stand as they are written, texts by the stems of their words: each reading may match."""
    said = HAN.sub(_pairs, words)
    queries = [SearchQuery(said, search_type="websearch", config=config) for config in ("simple", "english")]
    return Q(words=functools.reduce(operator.or_, queries))


def _pairs(run: re.Match[str]) -> str:
    """As migration 0007 writes them: 新成员 → 新成 成员."""
    return " ".join(map("".join, pairwise(run[0])))


def _with_what_is_shown(ids: Sequence[int]) -> QuerySet[Experiment]:
    last = Phase.objects.filter(experiment=OuterRef(OuterRef("pk"))).order_by("-number").values("pk")[:1]
    days = ExposureDay.objects.filter(phase=Subquery(last)).order_by().values("phase")
    units: Any = Subquery(days.annotate(n=Sum(F("units") - F("flipped"))).values("n"))
    rows = Experiment.objects.filter(pk__in=ids).order_by("-pk")
    return rows.select_related("owner", "team", "flag", "report").defer("words", "report__body").annotate(units=units)
