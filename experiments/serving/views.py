"""The endpoints: OFREP's two, GrowthBook's one, and what tells of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from experiments import asked, snapshot
from experiments.models import SdkKey
from experiments.serving import ofrep, public
from experiments.serving.doors import as_json, door, matches
from experiments.serving.reading import Fault, context_of
from experiments.snapshot import Snapshot

FORM = "2"  # of the answers; another one makes other ETags

_payloads: dict[tuple[str, str], tuple[int, bytes]] = {}  # by environment and kind of key: version, text


def _as_ofrep(fault: Fault, named: Mapping[str, Any]) -> dict[str, Any]:
    return {**named, "errorCode": fault.code, "errorDetails": fault.details}


def _as_growthbook(fault: Fault, named: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": fault.status, "error": fault.details}


@door("POST", told=_as_ofrep)
def evaluate_flag(request: HttpRequest, sdk_key: SdkKey, key: str) -> HttpResponse:
    context, _canonical = context_of(request)
    kept = snapshot.of(sdk_key.environment.key)
    try:
        found = ofrep.answer(kept.program, kept.bodies, key, context)
    except ofrep.Unknown:
        raise Fault(404, "FLAG_NOT_FOUND", "There is no such flag.") from None
    asked.names.add(key)
    return as_json(found, status=400 if "errorCode" in found else 200)


@door("POST", told=_as_ofrep)
def evaluate_flags(request: HttpRequest, sdk_key: SdkKey) -> HttpResponse:
    """Equal flags and an equal context have an equal ETag, which is told before anything is evaluated."""
    context, canonical = context_of(request)
    kept = snapshot.of(sdk_key.environment.key)
    asked.names.update(kept.bodies)
    etag = _etag(sdk_key.environment.key, sdk_key.kind, str(kept.version), canonical)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization, X-API-Key"}
    if matches(request, etag):
        return HttpResponse(status=304, headers=headers)
    found = list(ofrep.answers(kept.program, kept.bodies, context))
    return as_json({"flags": found, "metadata": {"version": str(kept.version)}}, headers=headers)


@door("GET", "HEAD", told=_as_growthbook)
def features(request: HttpRequest, sdk_key: SdkKey) -> HttpResponse:
    """The payload of GrowthBook's clients, who evaluate by themselves."""
    kept = snapshot.of(sdk_key.environment.key)
    asked.names.update(kept.bodies)
    etag = _etag(sdk_key.environment.key, sdk_key.kind, str(kept.version))
    scope = "public" if sdk_key.kind == SdkKey.Kind.CLIENT else "private"
    headers = {"ETag": etag, "Cache-Control": f"{scope}, max-age=0, must-revalidate"}
    if matches(request, etag):
        return HttpResponse(status=304, headers=headers)
    return as_json(_payload(sdk_key, kept), headers=headers)


@require_GET
def description(request: HttpRequest) -> HttpResponse:
    """The endpoints of this module in OpenAPI 3.1."""
    return as_json(_description())


def _etag(*parts: str | bytes) -> str:
    digest = blake2b(FORM.encode(), digest_size=16)
    for part in parts:
        digest.update(b"\0" + (part if isinstance(part, bytes) else part.encode()))
    return f'"{digest.hexdigest()}"'


def _payload(key: SdkKey, kept: Snapshot) -> bytes:
    """Written once for a version."""
    version, text = _payloads.get((key.environment.key, key.kind), (-1, b""))
    if version != kept.version:
        updated = datetime.fromtimestamp(kept.version / 1000, UTC).isoformat(timespec="milliseconds")
        bodies = kept.bodies if key.kind == SdkKey.Kind.SERVER else public.bodies(kept.bodies)
        shown = {name: _feature(body) for name, body in sorted(bodies.items())}
        told = {"status": 200, "features": shown, "dateUpdated": updated}
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        _payloads[key.environment.key, key.kind] = (kept.version, text)
    return text


def _feature(body: Mapping[str, Any]) -> dict[str, Any]:
    rules = [{**rule, "phase": str(rule["phase"])} if "phase" in rule else rule for rule in body["rules"]]
    return {"defaultValue": body["defaultValue"], "rules": rules}


@lru_cache(maxsize=1)
def _description() -> bytes:
    return (Path(__file__).parent / "openapi.json").read_bytes()
