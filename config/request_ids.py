"""One id for all that follows from a request: in its answer, in every line of the log, in the tasks it rings for."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest

HEADER = "X-Request-ID"
META_KEY = "HTTP_X_REQUEST_ID"
TASK_HEADER = "request_id"
_TRUSTED = re.compile(r"[\w.-]{8,64}", re.ASCII)

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request or task at hand; empty outside of one."""
    return _current.get()


@contextmanager
def within(request_id: str) -> Iterator[None]:
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)


def id_of(request: HttpRequest) -> str:
    """The proxy's id where a proxy of ours is in front, else a new one: a stranger cannot write into our logs."""
    given = request.META.get(META_KEY, "")
    return given if settings.TRUSTED_PROXIES and _TRUSTED.fullmatch(given) else uuid.uuid4().hex


def send_along(headers: dict[str, Any], **_: Any) -> None:
    """Hears before_task_publish: what is rung for goes on under the id."""
    if current():
        headers[TASK_HEADER] = current()
