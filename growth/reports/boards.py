"""All reports on one page, and dashboards: what is stored at once, each with its age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from growth.reports import access, asking
from growth.reports.asking import Question, Standing
from growth.reports.charts import Drawn, drawn, notes
from growth.reports.kinds import KINDS
from growth.reports.models import Annotation, Dashboard, SavedReport

GLANCED = timedelta(minutes=10)  # a look within it is not written down again


@dataclass(frozen=True)
class Shown:
    """A saved report and how its question stands; no question where its kind is gone or refuses it."""

    report: SavedReport
    question: Question | None = None
    standing: Standing | None = None
    chart: Drawn | None = None

    @property
    def result(self) -> dict[str, Any] | None:
        return self.standing.stored.result if self.standing and self.standing.stored else None


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    access.check(request.user)
    saved = SavedReport.objects.visible_to(request.user).select_related("owner")
    context = {
        "title": _("Analytics"),
        "kinds": sorted((kind for kind in KINDS.values() if kind.listed), key=lambda kind: str(kind.title)),
        "saved": _shown(saved, request.user),
        "dashboards": Dashboard.objects.visible_to(request.user).select_related("owner").prefetch_related("tiles"),
        "notes": Annotation.objects.all()[:5],
        "may_note": request.user.has_perm("reports.add_annotation"),
        "may_build": request.user.has_perm("reports.add_dashboard"),
    }
    return render(request, "reports/index.html", {**admin.site.each_context(request), **context})


@require_safe
def dashboard(request: HttpRequest, pk: int) -> HttpResponse:
    access.check(request.user)
    board = get_object_or_404(Dashboard.objects.visible_to(request.user), pk=pk)
    _seen(board)
    shown = _shown(
        SavedReport.objects.filter(tiles__dashboard=board).order_by("tiles__position", "tiles__pk"), request.user
    )
    _ask_what_is_old(shown, by=request.user.pk)
    context = {
        "title": board.name,
        "board": board,
        "tiles": _with_charts(shown),
        "may_change": request.user.has_perm("reports.change_dashboard"),
    }
    return render(request, "reports/dashboard.html", {**admin.site.each_context(request), **context})


def _seen(board: Dashboard) -> None:
    now = timezone.now()
    if board.seen_at is None or board.seen_at < now - GLANCED:
        Dashboard.objects.filter(pk=board.pk).update(seen_at=now)


def _shown(reports: Iterable[SavedReport], member: Any) -> list[Shown]:
    """With the stored answers, by one query; without those that the member may not ask."""
    questions = [(report, _question(report, member)) for report in reports]
    standings = asking.standings(question for _report, question in questions if question)
    return [
        Shown(report, question, standings[question.digest]) if question else Shown(report)
        for report, question in questions
    ]


def _question(report: SavedReport, member: Any) -> Question | None:
    question = asking.asked(report.kind, report.params)
    return question if question and access.may_ask(member, question.kind) else None


def _ask_what_is_old(tiles: list[Shown], *, by: int | None) -> None:
    now = timezone.now()
    for tile in tiles:
        if tile.question and tile.standing and asking.is_old(tile.question, tile.standing, now):
            asking.ask(tile.question, by=by)


def _with_charts(tiles: list[Shown]) -> list[Shown]:
    """The first chart of each; kinds without charts show their tables."""
    noted = notes()
    return [replace(tile, chart=_chart(f"tile-{n}", tile, noted)) for n, tile in enumerate(tiles)]


def _chart(name: str, tile: Shown, noted: list[Annotation]) -> Drawn | None:
    if tile.question is None or tile.result is None:
        return None
    charts = tile.question.kind.charts(tile.question.params, tile.result)
    return drawn(charts[:1], noted, prefix=name)[0] if charts else None
