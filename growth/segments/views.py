"""Segments in the admin: which there are, what each means and how it went, and whom it holds."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community import keyset
from community.desk import auditing
from community.desk.models import Act
from growth.reports.addresses import kind_or_404
from growth.reports.charts import drawn, notes
from growth.reports.forms import params
from growth.segments import access, history, keeping
from growth.segments.forms import FromPeople
from growth.segments.models import Membership, Segment
from growth.segments.people import named

SIZE = 50


def page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context})


def found_or_404(key: str) -> Segment:
    return get_object_or_404(Segment.objects.with_version().select_related("created_by"), key=key)


@require_safe
def segments(request: HttpRequest) -> HttpResponse:
    access.check(request.user)
    rows = [(segment, history.words(segment.definition)) for segment in Segment.objects.with_version()]
    may_add = access.may(request.user, "add")
    return page(request, "segments/list.html", title=_("Segments"), segments=rows, may_add=may_add)


@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    access.check(request.user)
    segment = found_or_404(key)
    days = history.days(segment)
    context = {
        "title": segment.name,
        "segment": segment,
        "words": history.words(segment.definition),
        "versions": history.told(list(segment.versions.select_related("created_by"))),
        "days": list(reversed(days))[:60],
        "charts": drawn([history.chart(days)], notes()) if len(days) > 1 else [],
        "built": keeping.PEOPLE not in segment.definition,
        "may_change": access.may(request.user, "change"),
        "may_delete": access.may(request.user, "delete"),
    }
    return page(request, "segments/detail.html", **context)


@require_safe
def state(request: HttpRequest, key: str) -> HttpResponse:
    """For htmx, while it is refreshed; then the page has something new to show."""
    access.check(request.user)
    segment = found_or_404(key)
    response = render(request, "segments/_state.html", {"segment": segment})
    if not segment.working:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def refresh(request: HttpRequest, key: str) -> HttpResponse:
    access.check(request.user, act="change")
    segment = found_or_404(key)
    with transaction.atomic():
        keeping.ask(segment)
        auditing.record(request, Act.Kind.ACTION, Segment, segment.pk, label=segment.name, verb="refresh")
    return redirect(segment)


@require_POST
def delete(request: HttpRequest, key: str) -> HttpResponse:
    access.check(request.user, act="delete")
    segment = found_or_404(key)
    if request.POST.get("key") != segment.key:
        messages.error(request, _("Type the segment's key to delete it: what it held is forgotten with it."))
        return redirect(segment)
    with transaction.atomic():
        auditing.record(request, Act.Kind.DELETE, Segment, segment.pk, label=segment.name)
        segment.delete()
    return redirect("segments:list")


@require_safe
def people(request: HttpRequest, key: str) -> HttpResponse:
    access.check(request.user, people=True)
    segment = found_or_404(key)
    rows = Membership.objects.current().filter(segment=segment)
    shown = keyset.page(rows, order=("-entered_at", "-pk"), size=SIZE, cursor=request.GET.get("cursor"))
    auditing.record(request, Act.Kind.ACTION, Segment, segment.pk, label=segment.name, verb="see_people")
    found = zip(shown.rows, named([row.person for row in shown.rows]), strict=True)
    title = _("People of “%s”") % segment.name
    return page(request, "segments/people.html", title=title, segment=segment, people=found, after=shown.after)


@require_POST
def from_people(request: HttpRequest) -> HttpResponse:
    """The button under a list of the people behind a number."""
    access.check(request.user, act="add", people=True)
    form = FromPeople(request.POST)
    if not form.is_valid():
        raise Http404
    given = form.cleaned_data
    kind = kind_or_404(given["kind"], request.user)
    asked = kind.form(given["params"]) if isinstance(given["params"], dict) else None
    if asked is None or not asked.is_valid() or not isinstance(given["cell"], dict):
        raise Http404
    with transaction.atomic():
        segment = keeping.from_people(
            given["name"], kind=kind.key, params=params(asked), cell=given["cell"], by=cast(int, request.user.pk)
        )
        auditing.record(request, Act.Kind.ADD, Segment, segment.pk, label=segment.name)
    return redirect(segment)
