"""Every request is timed, counted and told in one line of the log, under the id that its answer carries."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.functional import LazyObject

from config import counting, request_ids
from config.logs import ASSETS, route_of

QUIET = {ASSETS, "healthz", "metrics"}  # asked for without end, and of no interest when all is well

logger = logging.getLogger("flywheel.request")


class ObservingMiddleware:
    """The outermost: what the others answer by themselves is seen too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        counting.begin_to_count("web")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, queries = time.perf_counter(), QueryCounter()
        request_id = request.META[request_ids.META_KEY] = request_ids.id_of(request)
        with request_ids.within(request_id), connection.execute_wrapper(queries):
            response = self.get_response(request)
            response[request_ids.HEADER] = request_id
            _tell(request, response, seconds=time.perf_counter() - began, queries=queries.count)
        return response


class QueryCounter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self.count += 1
        return execute(*statement)


def member_id_of(request: HttpRequest) -> int | None:
    """Of the member who was signed in, as far as that is known by now: nobody is looked up for the log."""
    user = getattr(request, "user", None)
    if isinstance(user, LazyObject):
        user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)


def _tell(request: HttpRequest, response: HttpResponse, *, seconds: float, queries: int) -> None:
    route, status = route_of(request), response.status_code
    counting.REQUESTS.labels(route, status).observe(seconds)
    told = {
        "route": route,
        "status": status,
        "member": member_id_of(request),
        "duration_ms": round(seconds * 1000, 1),
        "queries": queries,
    }
    level = logging.DEBUG if route in QUIET and status < 500 else logging.INFO
    logger.log(level, "%s %s %s", request.method, route, status, extra=told)
