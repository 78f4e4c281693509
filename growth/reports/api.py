"""Reports for programs: the stored answer with its age, or 202 while it is computed."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import number_of, numbered
from community.api.problems import Problem
from community.api.shapes import In, InvalidQuery, PageQuery, read_query
from community.desk import auditing
from community.desk.models import Act
from growth.reports import access, asking, people
from growth.reports.addresses import kind_or_404
from growth.reports.api_shapes import (
    OTHERS,
    CellQuery,
    KindsOut,
    Parameter,
    PendingOut,
    PeopleOut,
    RefreshQuery,
    ReportOut,
)
from growth.reports.asking import Question, Standing
from growth.reports.forms import params
from growth.reports.kinds import KINDS, Kind, Params
from growth.reports.models import Answer
from growth.reports.running import NOT_THE_QUESTION

RETRY_AFTER = "2"  # seconds
MOST_PAGES = 1_000_000


class Kinds(Resource):
    required_scopes = {"GET": scopes.ANALYTICS}

    @operation("List the kinds of reports", name="listReportKinds", returns=KindsOut)
    def get(self, request: Request) -> dict[str, Any]:
        """And the parameters that each takes."""
        access.check(request.user)
        return {"items": [_told(KINDS[key]) for key in sorted(KINDS) if _is_told(KINDS[key], request.user)]}


def _is_told(kind: Kind, member: Any) -> bool:
    return not kind.private and access.may_ask(member, kind)


def _told(kind: Kind) -> dict[str, Any]:
    parameters = [Parameter(name, field) for name, field in kind.form.base_fields.items()]
    return {"key": kind.key, "title": str(kind.title), "about": str(kind.about), "parameters": parameters}


class Report(Resource):
    required_scopes = {"GET": scopes.ANALYTICS}

    @extend_schema(
        operation_id="getReport",
        summary="Read a report",
        tags=["analytics"],
        request=None,
        parameters=[RefreshQuery, OTHERS],
        responses={200: ReportOut, 202: PendingOut},
    )
    def get(self, request: Request, kind: str) -> Response:
        """The stored answer at once, with its age; one that was never computed is 202 first. An answer that is older
        than an hour is told while a newer one is computed."""
        access.check(request.user)
        question, query = _asked(request, kind, RefreshQuery)
        found = _found(request, question, query)
        if found.stored is None:
            return _pending(found)
        access.note_look(request._request, question.kind, found.stored.pk)
        return Response(ReportOut(_answer(question, found.stored, found)).data)


class People(Resource):
    required_scopes = {"GET": scopes.ANALYTICS}

    @extend_schema(
        operation_id="listReportPeople",
        summary="List the people behind a number of a report",
        tags=["analytics"],
        request=None,
        parameters=[CellQuery, RefreshQuery, PageQuery, OTHERS],
        responses={200: PeopleOut, 202: PendingOut},
    )
    def get(self, request: Request, kind: str) -> Response:
        """For who may also look members up. Each page that is read is written into the audit."""
        access.check(request.user, people=True)
        question, query = _asked(request, kind, CellQuery, RefreshQuery, PageQuery)
        found = _found(request, question, query)
        if found.stored is None:
            return _pending(found)
        auditing.record(
            request._request,
            Act.Kind.ACTION,
            Answer,
            found.stored.pk,
            label=kind,
            verb="see_people",
            note=query["cell"],
        )
        number, size = number_of(query, most=MOST_PAGES), query["page_size"]
        items = [_person(one) for one in people.page(found.stored, number, size)]
        page = numbered(items, number=number, more=number * size < people.count(found.stored))
        return Response({"items": items, "next": page.next(request)})


def _asked(request: Request, key: str, *shapes: type[In]) -> tuple[Question, dict[str, Any]]:
    """The question, and the values of these shapes; InvalidQuery with every fault."""
    kind, given = kind_or_404(key, request.user), request.query_params.dict()
    own = {name for shape in shapes for name in shape().fields}
    form = kind.form(given)
    query = read_query({name: given[name] for name in given if name not in kind.form.base_fields}, *shapes)
    if not form.is_valid():
        raise InvalidQuery({name: _details(faults) for name, faults in form.errors.as_data().items()})
    return Question(kind, params(form), _cell(query["cell"]) if "cell" in own else None), query


def _details(faults: list[ValidationError]) -> list[ErrorDetail]:
    return [ErrorDetail(words, fault.code or "invalid") for fault in faults for words in fault.messages]


def _cell(text: str) -> Params:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidQuery({"cell": [ErrorDetail(_("This is not a JSON object."), "invalid")]})
    return found


def _found(request: Request, question: Question, query: dict[str, Any]) -> Standing:
    if query["refresh"]:
        asking.ask(question, by=request.user.pk)
    found = asking.answered(question, by=request.user.pk)
    if found.stored is None and found.failed is not None:
        raise _problem(question, found.failed)
    return found


def _problem(question: Question, failed: Answer) -> Exception:
    """The question was bad, and will be; or it was no fault of who asks."""
    if failed.state == Answer.State.FAILED and failed.fault not in NOT_THE_QUESTION:
        named = "cell" if question.cell is not None else NON_FIELD_ERRORS
        return InvalidQuery({named: [ErrorDetail(failed.fault, "invalid")]})
    return Problem("unavailable", failed.fault or _("It was cancelled."), headers={"Retry-After": "60"})


def _answer(question: Question, stored: Answer, found: Standing) -> dict[str, Any]:
    return {
        "kind": question.kind.key,
        "params": question.params,
        "result": stored.result,
        "as_of": stored.as_of,
        "age_s": int(stored.age.total_seconds()),
        "computing": found.open is not None,
    }


def _pending(found: Standing) -> Response:
    return Response(PendingOut(found.open).data, status=202, headers={"Retry-After": RETRY_AFTER})


def _person(one: people.Person) -> dict[str, Any]:
    return {"person": one.number, "username": one.member.username if one.member else None}
