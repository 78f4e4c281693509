"""What went wrong, as a problem document (RFC 9457), in the reader's language. Every answer of 400 and above is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ValidationError

from community.api.permissions import InsufficientScope
from community.api.shapes import InvalidQuery
from community.forum.conflicts import EditConflict
from community.forum.denied import Unfit
from community.members.limits import TooMany
from community.points.privileges import NotEnoughPoints

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    status: int
    title: Promise


KINDS = {
    "bad-request": Kind(400, gettext_lazy("The request cannot be read")),
    "invalid": Kind(400, gettext_lazy("Something in the request is not as it should be")),
    "unauthenticated": Kind(401, gettext_lazy("Say who you are")),
    "forbidden": Kind(403, gettext_lazy("You may not do this")),
    "insufficient-scope": Kind(403, gettext_lazy("The token does not reach this far")),
    "not-enough-points": Kind(403, gettext_lazy("This takes more points")),
    "not-found": Kind(404, gettext_lazy("There is no such thing here")),
    "method-not-allowed": Kind(405, gettext_lazy("This address does not do that")),
    "not-acceptable": Kind(406, gettext_lazy("The API speaks JSON only")),
    "edit-conflict": Kind(409, gettext_lazy("Somebody else was quicker")),
    "in-progress": Kind(409, gettext_lazy("The same request is still running")),
    "too-large": Kind(413, gettext_lazy("The request is too large")),
    "unsupported-media-type": Kind(415, gettext_lazy("The API reads JSON only")),
    "unfit": Kind(422, gettext_lazy("This cannot be done")),
    "key-reused": Kind(422, gettext_lazy("The Idempotency-Key belongs to another request")),
    "too-many-requests": Kind(429, gettext_lazy("Too many requests")),
    "server-error": Kind(500, gettext_lazy("Something broke on our side")),
    "unavailable": Kind(503, gettext_lazy("Not available at the moment")),
}
# Of a status alone, as Django and the REST framework have it.
BY_STATUS = {kind.status: name for name, kind in reversed(KINDS.items())}


class Problem(Exception):
    """Raised by the API's own machinery; `name` is one of KINDS."""

    def __init__(self, name: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(name)
        self.name, self.detail, self.headers, self.more = name, detail, headers or {}, more


def respond(name: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any) -> HttpResponse:
    kind = KINDS[name]
    document = {
        "type": f"{settings.SITE_URL}/api/v1/docs/#problem-{name}",
        "title": str(kind.title),
        "status": kind.status,
        "detail": detail or str(kind.title),
        **more,
    }
    return JsonResponse(
        document,
        status=kind.status,
        content_type=CONTENT_TYPE,
        headers=dict(headers or {}),
        json_dumps_params={"ensure_ascii": False},
    )


def answer(error: Exception, context: Mapping[str, Any] | None = None) -> HttpResponse | None:
    """The REST framework's exception handler; None is for faults of ours, which become a 500."""
    for kind, reply in _REPLIES.items():
        if isinstance(error, kind):
            return reply(error)
    return None


def _invalid(error: ValidationError) -> HttpResponse:
    """`errors` names each fault: `pointer` into the body (RFC 6901), or the query's `parameter`."""
    in_query = isinstance(error, InvalidQuery)
    errors = list(_query_faults(error.detail) if in_query else _faults(error.detail, "#"))
    return respond("invalid", _("See “errors” for what to change."), errors=errors)


def _faults(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from _faults(inner, pointer + step)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _faults(inner, pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail), "code": detail.code}


def _query_faults(detail: Any) -> Iterator[dict[str, str]]:
    for name, inner in detail.items():
        yield from ({"parameter": name, "detail": f["detail"], "code": f["code"]} for f in _faults(inner, ""))


def _conflict(error: EditConflict) -> HttpResponse:
    current = error.current
    said = _("Somebody edited this meanwhile. Read it again, and send your change with the new version.")
    return respond("edit-conflict", said, current={"version": current.version, "body": current.body})


def _too_many(error: TooMany) -> HttpResponse:
    return respond("too-many-requests", str(error), headers={"Retry-After": str(error.retry_after)})


def _framework(error: APIException) -> HttpResponse | None:
    name = BY_STATUS.get(error.status_code)
    if name is None:
        return None
    header = getattr(error, "auth_header", "")
    return respond(name, str(error.detail), headers={"WWW-Authenticate": header} if header else {})


# The first that fits answers: what is more special stands above what it is a kind of.
_REPLIES: dict[type[Exception], Callable[[Any], HttpResponse | None]] = {
    Problem: lambda error: respond(error.name, error.detail, headers=error.headers, **error.more),
    TooMany: _too_many,
    NotEnoughPoints: lambda error: respond("not-enough-points", str(error), needed=error.needed),
    Unfit: lambda error: respond("unfit", str(error)),
    PermissionDenied: lambda error: respond("forbidden", str(error)),
    Http404: lambda error: respond("not-found"),
    EditConflict: _conflict,
    ValidationError: _invalid,
    InsufficientScope: lambda error: respond(
        "insufficient-scope", str(error.detail), headers={"WWW-Authenticate": error.auth_header}, scope=error.scope
    ),
    APIException: _framework,
    RequestDataTooBig: lambda error: respond("too-large"),
    SuspiciousOperation: lambda error: respond("bad-request"),
    UnreadablePostError: lambda error: respond("bad-request"),
}
