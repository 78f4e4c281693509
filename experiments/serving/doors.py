"""What the endpoints of programs have in common: who asks, how often, from which pages, and how they are refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from experiments.models import SdkKey
from experiments.serving import keys, limits
from experiments.serving.reading import Fault

View = Callable[..., HttpResponse]
ALLOWED_HEADERS = "Authorization, Content-Type, If-None-Match, X-API-Key"


def door(*methods: str, told: Callable[[Fault, Mapping[str, Any]], dict[str, Any]]) -> Callable[[View], View]:
    """For a view of (request, the key that opened, what is in the address). `told` says a fault in its own form."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def opened(request: HttpRequest, **named: Any) -> HttpResponse:
            if request.method == "OPTIONS":
                return _preflight(methods)
            key = None
            try:
                if request.method not in methods:
                    raise Fault(405, "GENERAL", "Not by this method.", {"Allow": ", ".join((*methods, "OPTIONS"))})
                key = _key(request, named.pop("client_key", ""))
                response = view(request, key, **named)
            except Fault as fault:
                response = as_json(told(fault, named), status=fault.status, headers=fault.headers)
            return _for_pages(response, key)

        return opened

    return wrap


def as_json(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    text = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    told = {"Content-Length": str(len(text)), **(headers or {})}
    return HttpResponse(text, content_type="application/json", status=status, headers=told)


def matches(request: HttpRequest, etag: str) -> bool:
    """By If-None-Match, compared weakly (RFC 9110, 13.1.2): what lies between may have compressed the answer."""
    given = request.META.get("HTTP_IF_NONE_MATCH", "")
    return given.strip() == "*" or etag in (one.strip().removeprefix("W/") for one in given.split(","))


def _key(request: HttpRequest, in_address: str) -> SdkKey:
    secret = in_address or request.META.get("HTTP_X_API_KEY", "").strip() or _bearer(request)
    refused = f"refused {_address(request)}"
    if not keys.is_known(secret):
        _allow(limits.wait(refused, limits.REFUSED))  # before it costs a look into the database
    try:
        key = keys.recognise(secret)
    except DatabaseError:
        raise Fault(503, "GENERAL", "Keys cannot be looked up now.", {"Retry-After": "5"}) from None
    if key is None:
        _allow(limits.take(refused, limits.REFUSED))
        raise Fault(401, "GENERAL", "A standing key is needed.", {"WWW-Authenticate": "Bearer"})
    if key.kind == SdkKey.Kind.SERVER:
        _allow(limits.take(f"{key.pk}", limits.SERVER))
    else:
        _allow(limits.take(f"{key.pk} {_address(request)}", limits.CLIENT))
    return key


def _bearer(request: HttpRequest) -> str:
    scheme, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _allow(wait: int) -> None:
    if wait and settings.RATE_LIMITS:
        raise Fault(429, "GENERAL", "Too many requests.", {"Retry-After": str(wait)})


def _address(request: HttpRequest) -> str:
    return import_string(settings.ADDRESS_OF)(request)


def _preflight(methods: tuple[str, ...]) -> HttpResponse:
    """The same for all: a browser asks without the key."""
    allowed = {"Access-Control-Allow-Methods": ", ".join(methods), "Access-Control-Allow-Headers": ALLOWED_HEADERS}
    days = {"Access-Control-Max-Age": "86400", "Allow": ", ".join((*methods, "OPTIONS"))}
    return HttpResponse(status=204, headers={"Access-Control-Allow-Origin": "*", **allowed, **days})


def _for_pages(response: HttpResponse, key: SdkKey | None) -> HttpResponse:
    """Pages of any origin may read it, but for what a server's key opened: that one does not belong in a browser."""
    if key is None or key.kind == SdkKey.Kind.CLIENT:
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    return response
