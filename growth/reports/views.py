"""A report's page: the stored answer at once, how old it is, and a newer one on request."""

from __future__ import annotations

import csv
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.desk import auditing
from community.desk.models import Act
from growth.reports import access, asking
from growth.reports.addresses import address_of, kind_or_404, page_of, question_or_404
from growth.reports.asking import Question
from growth.reports.charts import drawn, notes
from growth.reports.commandline import command_line
from growth.reports.forms import params
from growth.reports.kinds import Kind
from growth.reports.models import Answer, Dashboard, SavedReport
from growth.reports.waiting import progress

COMMON = ("since", "until", "as_of", "tz")  # most questions leave these as they are


@require_safe
def report(request: HttpRequest, kind: str) -> HttpResponse:
    access.check(request.user)
    asked_kind = kind_or_404(kind, request.user)
    form = asked_kind.form(request.GET)
    context = {"title": asked_kind.title, "kind": asked_kind, "form": form, "fields": _fields(asked_kind, form)}
    if form.is_valid():
        question = Question(asked_kind, params(form))
        found = asking.answered(question, by=request.user.pk) if asked_kind.prompt else asking.standing(question)
        context |= _shown(question, found) | _offers(request, question)
        if found.stored:
            access.note_look(request, asked_kind, found.stored.pk)
    return render(request, "reports/report.html", {**admin.site.each_context(request), **context})


def _fields(kind: Kind, form: Any) -> dict[str, Any]:
    """Those that stand apart are folded away, unless one of them was given, or is at fault."""
    main = [field for field in form if _is_main(kind, field.name)]
    rest = [field for field in form if not _is_main(kind, field.name)]
    told = any(field.errors or field.name in form.given for field in rest)
    return {"main": main, "rest": rest, "told": told}


def _is_main(kind: Kind, name: str) -> bool:
    return name in kind.main if kind.main else name not in COMMON


def _shown(question: Question, found: asking.Standing) -> dict[str, Any]:
    context = {"standing": found, "params": question.params, "progress": progress(question, found)}
    if found.stored:
        result = found.stored.result
        context |= {
            "result": result,
            "as_of": found.stored.as_of,
            "headline": question.kind.headline(question.params, result),
            "charts": drawn(question.kind.charts(question.params, result), notes()),
        }
    return context


def _offers(request: HttpRequest, question: Question) -> dict[str, Any]:
    """What can be done with a question: the same one elsewhere, and keeping it."""
    return {
        "ask_url": address_of("ask", question),
        "csv_url": address_of("csv", question),
        "save_url": address_of("save", question),
        "api_url": settings.SITE_URL + address_of("report", question, room="reports-api"),
        "command": command_line(question),
        "may_save": request.user.has_perm("reports.add_savedreport"),
        "boards": Dashboard.objects.filter(owner=request.user.pk).values_list("name", flat=True),
        "saved": SavedReport.objects.visible_to(request.user).filter(kind=question.kind.key, params=question.params),
    }


@require_POST
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """A newer answer, please."""
    access.check(request.user)
    question = question_or_404(kind_or_404(kind, request.user), request.GET)
    asking.ask(question, by=request.user.pk)
    auditing.record(request, Act.Kind.ACTION, Answer, label=kind, verb="ask")
    return redirect(page_of(question))


@require_safe
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """For htmx, while an answer is computed; then the page has something new to show."""
    access.check(request.user)
    answer = Answer.objects.without_contents().filter(pk=pk).first()
    if answer is None or not answer.is_open:
        return HttpResponse(headers={"HX-Refresh": "true"})
    question = Question(kind_or_404(answer.kind, request.user), answer.params, answer.cell)
    return render(request, "reports/_state.html", {"progress": progress(question, asking.Standing(None, answer, None))})


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    access.check(request.user)
    answer = get_object_or_404(Answer.objects.without_contents(), pk=pk)
    asking.cancel(answer)
    auditing.record(request, Act.Kind.ACTION, Answer, answer.pk, label=str(answer), verb="cancel")
    return redirect(page_of(Question(kind_or_404(answer.kind, request.user), answer.params, answer.cell)))


@require_safe
def table(request: HttpRequest, kind: str) -> HttpResponse:
    """The stored answer's numbers, as CSV."""
    access.check(request.user)
    question = question_or_404(kind_or_404(kind, request.user), request.GET)
    stored = asking.answered(question, by=request.user.pk).stored
    if stored is None:
        return HttpResponse(_("It is not computed yet."), status=503, headers={"Retry-After": "5"})
    access.note_look(request, question.kind, stored.pk)
    name = f"{kind}-{timezone.localdate(stored.as_of).isoformat()}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    csv.writer(response).writerows(question.kind.rows(stored.result))
    return response
