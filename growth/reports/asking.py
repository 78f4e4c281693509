"""Putting a question: the answer that is stored, and one asking at a time, whoever asks.

Runs in web processes, so nothing here imports the engine; workers answer (growth.reports.running).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from events import bell
from growth.reports import tasks
from growth.reports.forms import params
from growth.reports.kinds import KINDS, Kind, Params
from growth.reports.models import Answer

QUICK = 1.5  # seconds that whoever asks may wait
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

    @property
    def untouched(self) -> bool:
        return not (self.stored or self.open or self.failed)


def asked(kind: str, given: Mapping[str, Any]) -> Question | None:
    """The question that saved parameters put today; None where the kind is gone or its form refuses them."""
    if kind not in KINDS:
        return None
    form = KINDS[kind].form(given)
    return Question(KINDS[kind], params(form)) if form.is_valid() else None


def standing(question: Question) -> Standing:
    rows = list(Answer.objects.to(question.digest).without_persons()[:4])  # older ones go when a newer one is done
    newest = rows[0] if rows else None
    return Standing(
        stored=next((row for row in rows if row.state == Answer.State.DONE), None),
        open=newest if newest and newest.is_open else None,
        failed=newest if newest and newest.state in (Answer.State.FAILED, Answer.State.CANCELLED) else None,
    )


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
    """How it stands, asked where it never was; an answer that comes quickly is waited for."""
    found = standing(question)
    if found.untouched:
        ask(question, by=by)
        until = time.monotonic() + within
        while (found := standing(question)).open and time.monotonic() < until:
            time.sleep(_GLANCE)
    return found


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
