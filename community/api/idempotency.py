"""`Idempotency-Key`: a POST sent twice is done once, and answered twice with the same (IETF draft, httpapi).

The answer is kept in the transaction of the act itself, so there is never one without the other. Only what was done
is kept: a refusal changed nothing, and may be tried again under the same key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from community.api.models import KeptAnswer
from community.api.problems import Problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

Act = Callable[..., Response]


def once(act: Act) -> Act:
    """A view's `post` that runs once for each key of a member."""

    @wraps(act)
    def run(view: Any, request: Request, **path: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return act(view, request, **path)
        if not _KEY.fullmatch(key):
            raise Problem("bad-request", _("An Idempotency-Key is 1 to 255 visible characters of ASCII."))
        with transaction.atomic():
            _claim(request.user.pk, key)
            return _kept(request, key) or _keep(request, key, act(view, request, **path))

    return run


def _claim(member_id: int, key: str) -> None:
    """Until the transaction ends, no other request may work under this key; where one does, it is told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"api:{member_id}:{key}"])
        if not cursor.fetchone()[0]:
            raise Problem("in-progress", _("Try again in a second."), headers={"Retry-After": "1"})


def _kept(request: Request, key: str) -> Response | None:
    kept = KeptAnswer.objects.filter(member=request.user.pk, key=key).first()
    if kept is None or kept.created_at <= timezone.now() - KEPT_FOR:
        return None
    if kept.fingerprint != fingerprint(request):
        raise Problem("key-reused", _("Take a new key for a new request."))
    headers = {REPLAYED: "true"} | ({"Location": kept.location} if kept.location else {})
    return Response(json.loads(kept.body) if kept.body else None, status=kept.status, headers=headers)


def _keep(request: Request, key: str, response: Response) -> Response:
    body = JSONRenderer().render(response.data).decode() if response.data is not None else ""
    answer = {
        "fingerprint": fingerprint(request),
        "status": response.status_code,
        "body": body,
        "location": response.get("Location", ""),
        "created_at": timezone.now(),
    }
    KeptAnswer.objects.update_or_create(member_id=request.user.pk, key=key, defaults=answer)
    return response


def fingerprint(request: Request) -> str:
    """What makes two requests the same: method, address with its query, body."""
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + request._request.body).hexdigest()


def sweep() -> int:
    """Forget what is older than KEPT_FOR; returns how many."""
    return KeptAnswer.objects.filter(created_at__lte=timezone.now() - KEPT_FOR).delete()[0]
