"""For the scripts of the site: the service worker, and the address that a browser can be reached at."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_POST, require_safe

from community.members.models import Member
from community.webhooks.addresses import Refused
from events.api import from_our_page
from growth.campaigns.devices import labels, registering
from growth.campaigns.models import Channel

MOST_BYTES = 8_000


@cache
def _script() -> str:
    return render_to_string("campaigns/push-worker.js")


def _mark(request: HttpRequest) -> str:
    return f'"{sha256(_script().encode()).hexdigest()[:16]}"'


@require_safe
@condition(etag_func=_mark)
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that it speaks for the whole site. Browsers ask for it anew; what they have is mostly right."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@csrf_exempt  # a service worker knows no token; browsers say where a POST comes from
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """`{"endpoint", "keys": {"p256dh", "auth"}}` of a PushSubscription, with `"old"`, the endpoint that it is in place
    of, or `"again": true` where the browser only tells that it is still here: 410 where it is nobody's, or another
    member's, by now."""
    if not from_our_page(request):
        return HttpResponse("Only the site's own pages register a browser.", status=403, content_type="text/plain")
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    try:
        return HttpResponse(status=_registered(cast(Member, request.user), _read(request.body), request))
    except (ValueError, Refused) as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")


def _read(body: bytes) -> dict[str, Any]:
    """Raises ValueError where it is not of this form, or too long."""
    given = json.loads(body) if len(body) <= MOST_BYTES else None
    if not isinstance(given, dict) or not isinstance(given.get("keys", {}), dict):
        raise ValueError("not a subscription")
    return given


def _registered(member: Member, given: dict[str, Any], request: HttpRequest) -> int:
    address = {"endpoint": given.get("endpoint"), **given.get("keys", {})}
    language = get_language() or ""
    if given.get("again"):
        return 204 if registering.see(member, endpoint=str(address["endpoint"]), language=language) else 410
    if old := given.get("old"):
        return 204 if registering.renew(member, endpoint=str(old), address=address, language=language) else 410
    label = labels.of_browser(request.headers.get("User-Agent", ""))
    registering.register(member, channel=Channel.WEBPUSH, address=address, label=label, language=language)
    return 204
