"""What no bell rang for: questions that wait, those that dead workers left, dashboards grown old, answers outlived."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from events import bell
from growth.reports import asking, running, tasks
from growth.reports.models import Answer, Dashboard, SavedReport

UNHEARD = timedelta(seconds=5)  # after which a waiting question is rung for again
LOOKED_AT = timedelta(days=7)  # dashboards that nobody has seen for so long are left alone
REPORTS_KEPT, PEOPLE_KEPT, FAULTS_KEPT = timedelta(days=30), timedelta(days=1), timedelta(days=1)


def sweep(now: datetime) -> None:
    running.take_up_lost(now)
    refresh_dashboards(now)
    forget(now)
    for pk in Answer.objects.filter(state=Answer.State.QUEUED, asked_at__lt=now - UNHEARD).values_list("pk", flat=True):
        bell.ring(tasks.answer, pk)


def refresh_dashboards(now: datetime) -> None:
    seen = Dashboard.objects.filter(seen_at__gte=now - LOOKED_AT)
    reports = SavedReport.objects.filter(tiles__dashboard__in=seen).distinct()
    questions = [found for report in reports if (found := asking.asked(report.kind, report.params))]
    standings = asking.standings(questions)
    for question in questions:
        if asking.is_old(question, standings[question.digest], now):
            asking.ask(question)


def forget(now: datetime) -> None:
    """Answers that nobody has asked for again; lists of people, who may leave, the soonest."""
    over = Answer.objects.exclude(state__in=Answer.OPEN)
    done = Q(state=Answer.State.DONE)
    over.filter(
        Q(done, finished_at__lt=now - REPORTS_KEPT)
        | Q(done, cell__isnull=False, finished_at__lt=now - PEOPLE_KEPT)
        | Q(~done, finished_at__lt=now - FAULTS_KEPT)
    ).delete()
