"""A person's page. Who looks, and at whom, is in the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.desk import auditing
from community.desk.models import Act
from community.members.models import Member
from events.models import DeclaredEvent, Event, VisitorLink
from events.names import NAMES
from growth.reports import access, asking
from growth.reports.asking import Question
from growth.reports.forms import params, query
from growth.reports.kinds import KINDS
from growth.reports.waiting import progress
from growth.segments.models import Segment
from growth.segments.timeline.linking import Link, links

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moment:
    """One event as the page shows it."""

    at: datetime
    name: str
    link: Link | None
    thing: str  # what it is about where there is no page of it
    value: float | None
    properties: dict[str, Any]
    as_visitor: bool


@dataclass(frozen=True)
class Session:
    """Events of one visit, or of one day where no visit is known."""

    day: Any
    known: bool
    moments: list[Moment]


def check(member: Any) -> None:
    access.check(member, people=True)
    if not member.has_perm("segments.view_timeline"):
        raise PermissionDenied


@require_safe
def timeline(request: HttpRequest, person: str) -> HttpResponse:
    check(request.user)
    number = int(person)
    member = _member_or_404(number)
    linked = VisitorLink.objects.filter(visitor=-number).values_list("member", flat=True).first()
    if linked:  # the visitor turned out to be a member
        return redirect("segments:person", linked)
    kind = KINDS["timeline"]
    form = kind.form({**request.GET.dict(), "person": number})
    context: dict[str, Any] = {
        "title": str(member) if member else _("Visitor %d") % -number,
        "person": number,
        "member": member,
        "form": form,
        "fields": [form[name] for name in ("names", "since", "until")],
        "names": [*NAMES, *DeclaredEvent.objects.values_list("name", flat=True)],
        "segments": Segment.objects.filter(memberships__person=number, memberships__left_at=None),
    }
    if form.is_valid():
        context |= _answered(request, Question(kind, params(form)), number)
    return render(request, "segments/timeline.html", {**admin.site.each_context(request), **context})


@require_POST
def ask(request: HttpRequest, person: str) -> HttpResponse:
    """A newer answer, please."""
    check(request.user)
    form = KINDS["timeline"].form({**request.GET.dict(), "person": int(person)})
    if not form.is_valid():
        raise Http404
    asking.ask(Question(KINDS["timeline"], params(form)), by=request.user.pk)
    _note(request, int(person), "ask_timeline")
    return redirect(_here(request, int(person)))


def _answered(request: HttpRequest, question: Question, number: int) -> dict[str, Any]:
    found = asking.answered(question, by=request.user.pk)
    context: dict[str, Any] = {
        "standing": found,
        "progress": progress(question, found),
        "ask_url": _address("person-ask", question),
    }
    if found.stored:
        _note(request, number, "see_timeline")
        result = found.stored.result
        context |= {
            "as_of": found.stored.as_of,
            "sessions": list(_sessions(result["events"], request.user)),
            "facts": _facts(result["facts"]),
            "visitors": result["visitors"],
            "older": _address("person", question, after=result["after"]) if result["after"] else "",
            "newest": _address("person", question, after="") if question.params["after"] else "",
        }
    return context


def _sessions(events: list[dict[str, Any]], viewer: Any) -> Iterator[Session]:
    things = {(event["object_kind"], event["object_id"]) for event in events if event["object_kind"]}
    found = links(things, viewer)
    shown = [(event, _moment(event, found)) for event in events]

    def visit(pair: tuple[dict[str, Any], Moment]) -> Any:
        day = timezone.localdate(pair[1].at)
        return (day, pair[0]["session"])

    for (day, session), pairs in groupby(shown, key=visit):
        yield Session(day, session is not None, [moment for _event, moment in pairs])


def _moment(event: dict[str, Any], found: dict[tuple[str, int], Link]) -> Moment:
    thing = (event["object_kind"], event["object_id"])
    return Moment(
        at=_EPOCH + timedelta(microseconds=event["epoch_us"]),
        name=event["name"],
        link=found.get(thing),
        thing=f"{thing[0]} {thing[1]}" if thing[0] else "",
        value=event["value"],
        properties=json.loads(event["properties"] or "{}"),
        as_visitor=event["unit"] < 0,
    )


def _facts(facts: dict[str, Any]) -> list[tuple[str, Any]]:
    labels = {
        "source": _("origin"),
        "device": _("device"),
        "language": _("language of the browser"),
        "country": _("country"),
        "join_method": _("how they joined"),
        "first_category": _("first category"),
    }
    if not facts:
        return []
    first = _EPOCH + timedelta(microseconds=facts["epoch_us"])
    return [(_("first seen"), first), *((label, facts[name]) for name, label in labels.items() if facts[name])]


def _member_or_404(number: int) -> Member | None:
    if number < 0:
        return None
    member = Member.objects.filter(pk=number).first()
    if member is None:
        raise Http404
    return member


def _address(name: str, question: Question, **changed: Any) -> str:
    asked = query(question.kind.form, {**question.params, **changed, "person": None})
    return "?".join(filter(None, [reverse(f"segments:{name}", args=[question.params["person"]]), asked]))


def _here(request: HttpRequest, person: int) -> str:
    asked = urlencode(request.GET)
    return "?".join(filter(None, [reverse("segments:person", args=[person]), asked]))


def _note(request: HttpRequest, person: int, verb: str) -> None:
    auditing.record(request, Act.Kind.ACTION, Member if person > 0 else Event, person, verb=verb)
