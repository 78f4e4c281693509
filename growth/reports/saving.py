"""Keeping a report under a name, and putting it on a dashboard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from community.desk import auditing
from community.desk.models import Act
from growth.reports import access
from growth.reports.addresses import kind_or_404, page_of, question_or_404
from growth.reports.asking import Question
from growth.reports.models import Dashboard, SavedReport


class SaveForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    shared = forms.BooleanField(label=gettext_lazy("Share it with all who read reports"), required=False)
    dashboard = forms.CharField(label=gettext_lazy("Put it on the dashboard"), max_length=120, required=False)


@require_POST
def save(request: HttpRequest, kind: str) -> HttpResponse:
    access.check(request.user)
    question = question_or_404(kind_or_404(kind, request.user), request.GET)
    form = SaveForm(request.POST)
    if not request.user.has_perm("reports.add_savedreport"):
        raise PermissionDenied
    if form.is_valid():
        report = keep(question, by=request.user.pk, **form.cleaned_data)
        auditing.record(request, Act.Kind.ADD, SavedReport, report.pk, label=report.name, verb="save")
        messages.success(request, _("Saved as “%(name)s”.") % {"name": report.name})
    else:
        messages.error(request, " ".join(str(fault) for faults in form.errors.values() for fault in faults))
    return redirect(page_of(question))


@transaction.atomic
def keep(question: Question, *, by: int | None, name: str, shared: bool, dashboard: str = "") -> SavedReport:
    """A report under a name of its owner's; the name again is the same report, asking something new."""
    kept: dict[str, Any] = {"kind": question.kind.key, "params": question.params, "shared": shared}
    report, _new = SavedReport.objects.update_or_create(owner_id=by, name=name, defaults=kept)
    if dashboard:
        board, _new = Dashboard.objects.get_or_create(owner_id=by, name=dashboard, defaults={"shared": shared})
        last = board.tiles.aggregate(last=Max("position"))["last"]
        board.tiles.get_or_create(report=report, defaults={"position": 0 if last is None else last + 1})
    return report
