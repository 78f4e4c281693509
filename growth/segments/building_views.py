"""The builder: rows and groups of conditions with buttons that submit, a count beside them, and saving."""

from __future__ import annotations

import json
from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from community.desk import auditing
from community.desk.models import Act
from events.models import DeclaredEvent
from events.names import NAMES
from growth.reports import access as reports_access
from growth.reports import asking
from growth.reports.addresses import address_of
from growth.reports.asking import Question
from growth.reports.forms import params
from growth.reports.kinds import KINDS
from growth.reports.waiting import progress
from growth.segments import access, keeping
from growth.segments.building import blank
from growth.segments.forms import Built, SegmentDetails, built, opened
from growth.segments.models import Segment
from growth.segments.people import named
from growth.segments.views import found_or_404, page
from growth.segments.vocabulary import HOLDS, LABELS, read


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    access.check(request.user, act="add")
    return _build(request, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    access.check(request.user, act="change")
    segment = found_or_404(key)
    if keeping.PEOPLE in segment.definition:  # a list has no conditions
        return redirect(segment)
    return _build(request, segment)


def _build(request: HttpRequest, segment: Segment | None) -> HttpResponse:
    details = SegmentDetails(request.POST or None, instance=segment)
    made = built(request.POST) if request.POST else opened(read(segment.definition)) if segment else Built(blank())
    saving = request.POST.get("act") == "save"
    if saving and details.is_valid() & ((definition := made.checked()) is not None):
        return redirect(_saved(request, segment, details, definition))
    if not saving:
        details.errors.clear()
    context: dict[str, Any] = {"segment": segment, "details": details, "built": made, **_choices()}
    if request.POST.get("act") == "count":
        context |= _counted(request, made)
    return page(request, "segments/build.html", title=segment.name if segment else _("New segment"), **context)


def _choices() -> dict[str, Any]:
    return {
        "events": ["seen", "active", *NAMES, *DeclaredEvent.objects.values_list("name", flat=True)],
        "attributes": [(name, LABELS[name], HOLDS[name]) for name in LABELS],
    }


def _saved(request: HttpRequest, segment: Segment | None, details: SegmentDetails, definition: Any) -> Segment:
    by, given = cast(int, request.user.pk), details.cleaned_data
    with transaction.atomic():
        if segment is None:
            segment = keeping.create(**given, definition=definition, by=by)
            auditing.record(request, Act.Kind.ADD, Segment, segment.pk, label=segment.name)
            return segment
        before = auditing.snapshot(Segment, [segment.pk])[str(segment.pk)]
        stored = Segment.objects.get(pk=segment.pk)
        keeping.describe(stored, **given)
        keeping.revise(stored, definition=definition, by=by)
        after = auditing.snapshot(Segment, [segment.pk])[str(segment.pk)]
        auditing.record(request, Act.Kind.CHANGE, Segment, segment.pk, label=stored.name, before=before, after=after)
        return stored


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """For htmx: how many, of the form as it stands."""
    access.check(request.user)
    return render(request, "segments/_count.html", _counted(request, built(request.POST)))


def _counted(request: HttpRequest, made: Built) -> dict[str, Any]:
    definition = made.checked()
    form = KINDS["segment"].form({"definition": json.dumps(definition), "who": request.POST.get("who", "")})
    if definition is None or not form.is_valid():
        return {"faulty": True}
    question = Question(KINDS["segment"], params(form))
    found = asking.answered(question, by=cast(int, request.user.pk), within=1.0)
    context: dict[str, Any] = {"standing": found, "progress": progress(question, found), "kind": question.kind}
    if found.stored:
        result = found.stored.result
        context |= {"params": question.params, "as_of": found.stored.as_of, "result": result}
        if reports_access.may_see_people(request.user):
            context["sample"] = named(result["sample"])
        context["more_url"] = address_of("report", question)
    return context
