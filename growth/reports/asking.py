"""Putting a question: the answer that is stored, and one asking at a time, whoever asks.

Runs in web processes, so nothing here imports the engine; workers answer (growth.reports.running).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from events import bell
from growth.reports import tasks
from growth.reports.forms import moment, params
from growth.reports.kinds import KINDS, Kind, Params
from growth.reports.models import Answer

QUICK = 1.5  # seconds that whoever asks may wait
FRESH = timedelta(hours=1)  # older answers are still shown at once, while a newer one is computed
_GLANCE = 0.06  # seconds between two looks


@dataclass(frozen=True)
class Question:
    """A kind with canonical parameters; with a cell, who is behind that number of its answer."""

    kind: Kind
    params: Params
    cell: Params | None = None

    @property
    def digest(self) -> str:
        said = json.dumps([self.kind.key, self.params, self.cell], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Standing:
    """How a question stands: the newest answer, who works on a newer one, and what became of the last asking."""

    stored: Answer | None
    open: Answer | None
    failed: Answer | None  # the last asking ended without an answer, as its state and fault say


def asked(kind: str, given: Mapping[str, Any]) -> Question | None:
    """The question that saved parameters put today; None where the kind is gone or its form refuses them."""
    if kind not in KINDS:
        return None
    form = KINDS[kind].form(given)
    return Question(KINDS[kind], params(form)) if form.is_valid() else None


def standing(question: Question) -> Standing:
    return standings([question])[question.digest]


def standings(questions: Iterable[Question]) -> dict[str, Standing]:
    """By digest, in one query; older answers go when a newer one is done, so there are few rows of each."""
    found: dict[str, list[Answer]] = {question.digest: [] for question in questions}
    for row in Answer.objects.filter(digest__in=found).without_persons().order_by("-pk"):
        found[row.digest].append(row)
    return {digest: _standing(rows) for digest, rows in found.items()}


def _standing(rows: list[Answer]) -> Standing:
    newest = rows[0] if rows else None
    return Standing(
        stored=next((row for row in rows if row.state == Answer.State.DONE), None),
        open=newest if newest and newest.is_open else None,
        failed=newest if newest and newest.state in (Answer.State.FAILED, Answer.State.CANCELLED) else None,
    )


def is_old(question: Question, found: Standing, now: datetime) -> bool:
    """Nobody has asked within the hour. What is asked as of a moment that was over then stays as it is."""
    last = found.open or found.failed or found.stored
    if last is None:
        return True
    as_of = moment(question.params, "as_of")
    over = found.stored is not None and as_of is not None and as_of <= found.stored.asked_at
    return not (found.open or over) and last.asked_at < now - FRESH


def ask(question: Question, *, by: int | None = None) -> None:
    """Have it answered anew, unless that is under way: the table lets one asking of a question be open."""
    digest = question.digest
    if Answer.objects.to(digest).open().exists():
        return
    try:
        with transaction.atomic():
            answer = Answer.objects.create(
                kind=question.kind.key,
                params=question.params,
                cell=question.cell,
                digest=digest,
                asked_by_id=by,
            )
            bell.ring(tasks.answer, answer.pk)
    except IntegrityError:  # somebody asked at the same moment
        if not Answer.objects.to(digest).exists():
            raise


def answered(question: Question, *, by: int | None = None, within: float = QUICK) -> Standing:
    """How it stands, asked anew where that is old; the first answer, if it comes quickly, is waited for."""
    found = standing(question)
    if not is_old(question, found, timezone.now()):
        return found
    ask(question, by=by)
    until = time.monotonic() + (0 if found.stored else within)
    while (now := standing(question)).open and time.monotonic() < until:
        time.sleep(_GLANCE)
    return now


def cancel(answer: Answer) -> bool:
    """Let nobody work on it; whose worker looks every second, and stops. False where it was over already."""
    asking = Answer.objects.open().filter(pk=answer.pk)
    return bool(asking.update(state=Answer.State.CANCELLED, finished_at=timezone.now()))


def usual(question: Question) -> timedelta | None:
    """How long it took the last time, or how long a question of its kind did."""
    done = Answer.objects.filter(kind=question.kind.key, state=Answer.State.DONE, cell__isnull=question.cell is None)
    last = (
        done.filter(digest=question.digest).without_contents().last() or done.without_contents().order_by("pk").last()
    )
    return last.took if last else None
