"""A request of OFREP, read: what is in its context is all that an answer goes by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.http import HttpRequest

MOST = 64 * 1024  # bytes of a body
LONGEST_KEY = 200  # characters


class Fault(Exception):
    """What is answered instead: a status, a code of OpenFeature and a sentence."""

    def __init__(self, status: int, code: str, details: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(details)
        self.status, self.code, self.details, self.headers = status, code, details, headers or {}


def context_of(request: HttpRequest) -> tuple[dict[str, Any], bytes]:
    """The context, and the same as bytes that do not depend on the order of its names. Raises Fault."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        raise Fault(400, "INVALID_CONTEXT", f"The body is larger than {MOST} bytes.")
    try:
        found = json.loads(request.read(MOST) or b"{}", parse_constant=_refuse)
        canonical = json.dumps(found, sort_keys=True, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # those of text that is no Unicode among them
        raise Fault(400, "PARSE_ERROR", "The body is no JSON.") from None
    context = found.get("context", {}) if isinstance(found, dict) else None
    if not isinstance(context, dict):
        raise Fault(400, "INVALID_CONTEXT", "The body is an object with a context, which is an object too.")
    if not isinstance(context.get("targetingKey", ""), str):
        raise Fault(400, "INVALID_CONTEXT", "The targetingKey of the context is a text.")
    if len(context.get("targetingKey", "")) > LONGEST_KEY:
        raise Fault(400, "INVALID_CONTEXT", f"The targetingKey is longer than {LONGEST_KEY} characters.")
    return context, canonical


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
