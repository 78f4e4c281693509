"""Segments for programs of staff: read, made, said anew, counted before they are saved, and whom they hold."""

from __future__ import annotations

import json
from typing import Any, cast

from django.db import transaction
from django.http import Http404
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.desk import auditing
from community.desk.models import Act
from growth.reports import asking
from growth.reports.asking import Question
from growth.reports.forms import params
from growth.reports.kinds import KINDS
from growth.segments import access, keeping
from growth.segments.api_shapes import (
    ChangedSegment,
    MembershipOut,
    MembershipQuery,
    NewSegment,
    Preview,
    PreviewOut,
    SegmentOut,
    SegmentRef,
)
from growth.segments.conditions import Invalid, write
from growth.segments.models import Membership, Segment
from growth.segments.vocabulary import read
from growth.segments.wording import told

KEY = {"key": [ErrorDetail("Another segment has this key.", "unique")]}


class Segments(Resource):
    required_scopes = {"GET": scopes.ANALYTICS, "POST": scopes.SEGMENTS}

    @operation("List segments", name="listSegments", returns=SegmentRef, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        access.check(request.user)
        return by_keyset(Segment.objects.with_version(), query, order=("-id",))

    @operation("Make a segment", name="createSegment", takes=NewSegment, returns=SegmentOut, status=201)
    def post(self, request: Request, *, given: dict[str, Any]) -> Segment:
        """It is counted in the background: `size` is null until then."""
        access.check(request.user, act="add")
        given["definition"] = _definition(given["definition"])
        key = given.get("key", "")
        if key in keeping.RESERVED or Segment.objects.filter(key=key).exists():
            raise ValidationError(KEY)
        with transaction.atomic():
            made = keeping.create(**given, by=cast(int, request.user.pk))
            auditing.record(request._request, Act.Kind.ADD, Segment, made.pk, label=made.name)
        return _found(made.key)


class SegmentDetail(Resource):
    required_scopes = {"GET": scopes.ANALYTICS, "PATCH": scopes.SEGMENTS}

    @operation("Read a segment", name="getSegment", returns=SegmentOut)
    def get(self, request: Request, *, key: str) -> Segment:
        access.check(request.user)
        return _found(key)

    @operation("Change a segment", name="updateSegment", takes=ChangedSegment, returns=SegmentOut)
    def patch(self, request: Request, *, key: str, given: dict[str, Any]) -> Segment:
        """Another definition makes the next version, and those who no longer fit leave at the next refresh."""
        access.check(request.user, act="change")
        segment = _found(key)
        definition = given.pop("definition", None)
        with transaction.atomic():
            if definition is not None:
                keeping.revise(segment, definition=_definition(definition), by=cast(int, request.user.pk))
            keeping.describe(segment, **given)
            auditing.record(request._request, Act.Kind.CHANGE, Segment, segment.pk, label=segment.name)
        return _found(key)


class SegmentRefresh(Resource):
    required_scopes = {"POST": scopes.SEGMENTS}

    @operation("Refresh a segment", name="refreshSegment")
    def post(self, request: Request, *, key: str) -> None:
        """In the background, with all others that are due, by one pass over the events."""
        access.check(request.user, act="change")
        keeping.ask(_found(key))


class SegmentMembers(Resource):
    required_scopes = {"GET": scopes.ANALYTICS}

    @operation(
        "List a segment's persons", name="listSegmentPersons", query=MembershipQuery, returns=MembershipOut, page=True
    )
    def get(self, request: Request, *, key: str, query: dict[str, Any]) -> Page:
        """Who came last, first. For who may also look members up; each page that is read is written into the audit."""
        access.check(request.user, people=True)
        segment = _found(key)
        rows = Membership.objects.filter(segment=segment)
        rows = rows if query["ever"] else rows.current()
        if "person" in query:
            rows = rows.filter(person=query["person"])
        auditing.record(request._request, Act.Kind.ACTION, Segment, segment.pk, label=segment.name, verb="see_people")
        return by_keyset(rows, query, order=("-entered_at", "-id"))


class SegmentPreview(Resource):
    required_scopes = {"POST": scopes.ANALYTICS}

    @operation("Count a definition", name="previewSegment", takes=Preview, returns=PreviewOut)
    def post(self, request: Request, *, given: dict[str, Any]) -> dict[str, Any]:
        """How many it means, some of them, and how many of them other segments hold. Nothing is saved. The first time
        it may still be `computing`: ask again, with another Idempotency-Key."""
        access.check(request.user, people=True)
        definition = _definition(given["definition"])
        form = KINDS["segment"].form({"definition": json.dumps(definition), "who": given["who"]})
        if not form.is_valid():
            raise ValidationError(form.errors)
        found = asking.answered(Question(KINDS["segment"], params(form)), by=cast(int, request.user.pk))
        state = "done" if found.stored else "computing" if found.open else "failed"
        result = found.stored.result if found.stored else {"size": None, "sample": [], "overlap": []}
        as_of = found.stored.as_of if found.stored else None
        return {"definition": definition, "state": state, "as_of": as_of, **result}


def _found(key: str) -> Segment:
    segment = Segment.objects.with_version().filter(key=key).first()
    if segment is None:
        raise Http404
    return segment


def _definition(given: Any) -> Any:
    """In its one form; 400 with every fault and where in the body it is."""
    try:
        return write(read(given))
    except Invalid as invalid:
        faults = [ErrorDetail(told(fault), fault.code) for fault in invalid.faults]
        raise ValidationError({"definition": faults}) from None
