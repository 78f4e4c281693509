"""The people behind a number: found in the background by the expression that counted them, and written down."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.desk import auditing
from community.desk.models import Act
from growth.reports import access, asking
from growth.reports import people as listed
from growth.reports.addresses import BACK, address_of, cell_or_404, kind_or_404, page_of, question_or_404
from growth.reports.asking import Question
from growth.reports.models import Answer
from growth.reports.waiting import progress

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # at the beginning of a text a spreadsheet takes it for a formula


def _question(request: HttpRequest, kind: str) -> Question:
    access.check(request.user, people=True)
    return question_or_404(kind_or_404(kind, request.user), request.GET, cell_or_404(request.GET.get("cell", "")))


@require_safe
def people(request: HttpRequest, kind: str) -> HttpResponse:
    question = _question(request, kind)
    found = asking.answered(question, by=request.user.pk)
    context = {
        "title": _("People"),
        "kind": question.kind,
        "question": question,
        "standing": found,
        "progress": progress(question, found),
        "report_url": address_of("report", Question(question.kind, {**question.params, "as_of": _back(request)})),
        "ask_url": address_of("people-ask", question),
    }
    if found.stored:
        context |= _listed(request, question, found.stored)
        _note(request, question, found.stored, "see_people")
    return render(request, "reports/people.html", {**admin.site.each_context(request), **context})


def _listed(request: HttpRequest, question: Question, answer: Answer) -> dict[str, Any]:
    number, count = _number(request), listed.count(answer)
    pages = max(1, -(-count // listed.SIZE))
    if number > pages:
        raise Http404
    here = f"{address_of('people', question)}&{urlencode({BACK: _back(request)})}"
    return {
        "people": listed.page(answer, number),
        "count": count,
        "number": number,
        "pages": pages,
        "before": f"{here}&page={number - 1}" if number > 1 else "",
        "after": f"{here}&page={number + 1}" if number < pages else "",
        "csv_url": address_of("people-csv", question),
        "segment_url": _segment_url(),
    }


def _back(request: HttpRequest) -> str:
    return request.GET.get(BACK, "")[:40]


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdecimal() and int(text[:7]) > 0 and len(text) < 8):
        raise Http404
    return int(text)


def _segment_url() -> str:
    """The room of segments stands above this one, and is asked by the name of its address alone."""
    try:
        return reverse("segments:from_people")
    except NoReverseMatch:
        return ""


def _note(request: HttpRequest, question: Question, answer: Answer, verb: str) -> None:
    note = address_of("people", question).partition("?")[2]
    auditing.record(request, Act.Kind.ACTION, Answer, answer.pk, label=str(question.kind.title), verb=verb, note=note)


@require_POST
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    question = _question(request, kind)
    asking.ask(question, by=request.user.pk)
    auditing.record(request, Act.Kind.ACTION, Answer, label=kind, verb="ask")
    return redirect(page_of(question))


@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All of them as CSV, written while they are read."""
    question = _question(request, kind)
    stored = asking.answered(question, by=request.user.pk).stored
    if stored is None:
        return HttpResponse(_("It is not computed yet."), status=503, headers={"Retry-After": "5"})
    _note(request, question, stored, "export_people")
    return StreamingHttpResponse(
        _lines(stored),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kind}-people.csv"'},
    )


class _Line:
    """What csv.writer writes into: it hands the line on."""

    def write(self, line: str) -> str:
        return line


def _lines(answer: Answer) -> Iterator[str]:
    write = csv.writer(_Line()).writerow
    yield write(["kind", "id", "username", "name"])
    for person in listed.everybody(answer):
        if person.visitor:
            yield write(["visitor", person.visitor, "", ""])
        else:
            name = person.member.display_name if person.member else ""
            shown = f"'{name}" if name.startswith(DANGEROUS) else name
            yield write(["member", person.number, person.member.username if person.member else "", shown])
