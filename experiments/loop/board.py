"""The board: the loop in four columns, newest first, each card with what it comes from and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Prefetch, QuerySet

from experiments.models import Experiment, Idea, Insight

MOST = 50  # cards of a column
State = Idea.State


@dataclass(frozen=True)
class Board:
    ideas: list[Idea]
    hypotheses: list[Idea]
    tested: list[Experiment]
    insights: list[Insight]


def board() -> Board:
    """Six queries, whatever there is."""
    came_of = Prefetch("ideas", Idea.objects.only("pk", "title", "state", "insight"))
    tested = Experiment.objects.filter(idea__isnull=False, insights=None).select_related("idea", "report", "owner")
    insights = Insight.objects.select_related("experiment__idea", "created_by").defer("experiment__words")
    return Board(
        ideas=list(_ideas(State.OPEN)),
        hypotheses=list(_ideas(State.HYPOTHESIS)),
        tested=list(tested.defer("words", "report__body").order_by("-pk")[:MOST]),
        insights=list(insights.prefetch_related(came_of).order_by("-pk")[:MOST]),
    )


def _ideas(state: str) -> QuerySet[Idea]:
    """What promises most for what it takes first, then the newest."""
    rows = Idea.objects.filter(state=state).select_related("created_by", "insight__experiment")
    return rows.defer("insight__experiment__words").order_by(F("effort") - F("impact"), "-pk")[:MOST]
