"""`POST /api/v1/events` from the site's own pages: batches of what a reader saw, by sendBeacon or fetch.

202 with `{"accepted": n, "refused": [{"index", "reason", "detail"}]}`; an unreadable body is 400, one too large 413,
one from another site's page 403: it would speak with our reader's cookies. Programs bring a token and are answered by
community/api, at the same address.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from events import consent, context, visitors
from events.collecting import buffering, seen
from events.collecting.checking import Refused, check
from events.collecting.parcels import Parcel, refusal, row_of
from events.collecting.reading import MOST_BYTES, Batch, Unreadable, read
from events.collecting.tasks import flush
from events.record import epoch_us

PATH = "/api/v1/events"


def beacon(request: HttpRequest) -> HttpResponse:
    if not from_our_page(request):
        return _said("Only the site's own pages send events without a token.", 403)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _said(f"At most {MOST_BYTES} bytes.", 413)
    try:
        batch = read(request.body)
    except Unreadable as error:
        return _said(str(error), 400)
    return _answer(request, batch, timezone.now())


def from_our_page(request: HttpRequest) -> bool:
    """Browsers say where a POST comes from (Fetch Metadata; RFC 6454 for those without), and no page can lie."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    try:
        return urlsplit(request.headers.get("Origin", "")).netloc == request.get_host()
    except ValueError:  # as "http://[" is none
        return False


def _said(why: str, status: int) -> HttpResponse:
    return HttpResponse(why, status=status, content_type="text/plain")


def _answer(request: HttpRequest, batch: Batch, now: datetime) -> HttpResponse:
    parcel = Parcel("beacon", now.astimezone(UTC).date())
    if reason := consent.refusal(request):
        visitor, refused = None, _leave_out(batch, parcel, reason)
    else:
        unit, visitor = _unit(request, batch.visit)
        refused = _take_all(batch, parcel, unit=unit, now=now)
    if parcel.counts:
        buffering.put(parcel, flusher=flush)
    response = JsonResponse({"accepted": len(parcel.rows), "refused": refused}, status=202)
    if reason == "no_consent" and visitors.COOKIE in request.COOKIES:
        visitors.forget(response)
    if visitor and parcel.rows:
        visitors.give(response, visitor)
        _tell_of_newcomer(request, batch.by, visitor, parcel)
    return response


def _leave_out(batch: Batch, parcel: Parcel, reason: str) -> list[dict[str, object]]:
    for given in batch.events:
        named = isinstance(given, dict) and given.get("name") in tuple(seen.DECLARED)
        parcel.refuse(given if named else None, reason)
    error = Refused(reason, "This reader is not observed.")
    return [refusal(index, error) for index in range(len(batch.events))]


def _unit(request: HttpRequest, visit: int | None) -> tuple[int, int | None]:
    """Whose events these are, and the visitor where this is the first that we hear of them."""
    if (unit := visitors.unit_of(request)) is not None:
        return unit, None
    newcomer = visitors.newcomer(visit)
    return -newcomer, newcomer


def _take_all(batch: Batch, parcel: Parcel, *, unit: int, now: datetime) -> list[dict[str, object]]:
    now_us, refused = epoch_us(now), []
    clock, where = batch.clock(now_us), _where(batch, unit)
    for index, given in enumerate(batch.events):
        try:
            act = seen.tidy(check(given, declared=seen.DECLARED, clock=clock))
            parcel.take(act, row_of(act, unit=unit, context=where), now_us=now_us)
        except Refused as error:
            parcel.refuse(given, error.reason)
            refused.append(refusal(index, error))
    return refused


def _where(batch: Batch, unit: int) -> context.Context:
    """The request's context; its source is what led to the visit, and a visitor's session is the visit."""
    here = context.current()
    session = here.session if unit > 0 else batch.visit
    return replace(here, source=seen.word(batch.source) or "direct", session=session)


def _tell_of_newcomer(request: HttpRequest, by: str, visitor: int, parcel: Parcel) -> None:
    """Whoever shared what the newcomer came to may be given something for it, by a floor above."""
    if by:
        topics = [row.object_id for row in parcel.rows if row.object_kind == "topic"]
        import_string(settings.ON_NEWCOMER)(request, visitor=visitor, by=by, topic=next(iter(topics), None))
