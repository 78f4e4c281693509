"""Links for staff that show one variation of an experiment to whoever opens them, in this browser until it is closed.

`/any/page?qa=<token>` sets a cookie and leads on to the page without it; `?qa=off` takes it away. The token is signed
and holds for a week, for drafts too. Nothing that such a browser is shown is an exposure.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import escape_leading_slashes, urlencode

from experiments.models import Experiment, Variation

PARAMETER, OFF = "qa", "off"
COOKIE, SALT = "fw_qa", "experiments.qa"
HOLDS = timedelta(days=7)
MOST = 20  # experiments at once: a cookie has 4 KB
Forced = Mapping[str, int]  # the experiment's key: the variation's index
NONE: Forced = {}


def address(path: str, experiment: Experiment, variation: Variation) -> str:
    token = signing.dumps([experiment.key, variation.index], salt=SALT)
    return f"{path}?{urlencode({PARAMETER: token})}"


def forced(request: HttpRequest) -> Forced:
    """What is to be shown to this browser, whatever would be drawn."""
    cookie = request.COOKIES.get(COOKIE)
    if not cookie:
        return NONE
    try:
        found: Forced = signing.loads(cookie, salt=SALT, max_age=HOLDS)
    except signing.BadSignature:
        return NONE
    return found if isinstance(found, dict) else NONE


def values(chosen: Forced) -> dict[str, Any]:
    """What flags give to a browser of which this is forced, by their names: whatever rules they have."""
    wanted = functools.reduce(operator.or_, (Q(experiment__key=key, index=index) for key, index in chosen.items()))
    rows = Variation.objects.filter(wanted, experiment__flag__isnull=False)
    return dict(rows.values_list("experiment__flag__name", "value"))


def middleware(respond: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        return _led_on(request) if _is_link(request) else respond(request)

    return answer


def _is_link(request: HttpRequest) -> bool:
    """What a form sends goes where it was sent."""
    asks = f"{PARAMETER}=" in request.META.get("QUERY_STRING", "") and request.method in ("GET", "HEAD")
    return asks and bool(request.GET.get(PARAMETER))


def _led_on(request: HttpRequest) -> HttpResponse:
    """To the same page of this site; a link that is none of ours, or an old one, changes nothing."""
    kept, path = request.GET.copy(), escape_leading_slashes(request.path)
    token = kept.pop(PARAMETER)[-1]
    response = HttpResponseRedirect(f"{path}?{kept.urlencode()}" if kept else path)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    if token == OFF:
        response.delete_cookie(COOKIE)
    elif asked := _asked(token):
        _keep(response, {**dict(list(forced(request).items())[1 - MOST :]), **asked}, secure=request.is_secure())
    return response


def _asked(token: str) -> dict[str, int]:
    try:
        key, index = signing.loads(token, salt=SALT, max_age=HOLDS)
    except (signing.BadSignature, ValueError, TypeError):
        return {}
    return {key: index} if isinstance(key, str) and isinstance(index, int) else {}


def _keep(response: HttpResponse, chosen: Forced, *, secure: bool) -> None:
    """Until the browser is closed."""
    value = signing.dumps(dict(chosen), salt=SALT)
    response.set_cookie(COOKIE, value, httponly=True, samesite="Lax", secure=secure)
