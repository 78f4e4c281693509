"""How an answer that is not there yet stands, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from growth.reports.asking import Question, Standing, usual
from growth.reports.models import Answer

PATIENCE = timedelta(seconds=10)  # after which it is said that no worker came


@dataclass(frozen=True)
class Progress:
    answer: Answer
    seconds: int  # since it was asked, or since a worker began
    usual: float | None  # seconds that it took the last time
    ahead: int  # others that workers are busy with, or that wait before it
    alone: bool  # it waits, for long, and no worker is seen

    @property
    def share(self) -> float | None:
        """Of the usual time, for a bar; it stops short of the end, which nobody knows."""
        return min(0.95, self.seconds / self.usual) if self.usual else None


def progress(question: Question, found: Standing) -> Progress | None:
    answer, now = found.open, timezone.now()
    if answer is None:
        return None
    if answer.state == Answer.State.RUNNING:
        took = usual(question)
        last = took.total_seconds() if took else None
        return Progress(answer, _seconds(answer.started_at or now, now), last, ahead=0, alone=False)
    others = Answer.objects.open().exclude(pk=answer.pk)
    busy = others.filter(state=Answer.State.RUNNING, seen_at__gte=now - Answer.SILENCE).count()
    ahead = busy + others.filter(state=Answer.State.QUEUED, pk__lt=answer.pk).count()
    alone = not busy and now - answer.asked_at > PATIENCE
    return Progress(answer, _seconds(answer.asked_at, now), None, ahead, alone)


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, round((now - since).total_seconds()))
