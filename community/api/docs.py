"""The schema for programs, and the same as a page for people."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from community.api import problems, reference, throttling

HOUR = 3600


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1, in English: it changes with the program only, so each process makes it once."""
    with override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


@cache
def _groups() -> dict[str, list[reference.Entry]]:
    return reference.groups(document())


@require_safe
@cache_control(public=True, max_age=HOUR)
def schema(request: HttpRequest) -> HttpResponse:
    headers = {"Content-Disposition": 'inline; filename="openapi.json"'}
    return JsonResponse(document(), headers=headers, content_type="application/vnd.oai.openapi+json")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    context = {
        "groups": _groups(),
        "problems": problems.KINDS,
        "of_member": throttling.OF_MEMBER,
        "of_address": throttling.OF_ADDRESS,
    }
    return render(request, "api/docs.html", context)


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    return problems.respond("not-found", _("There is no such address. Every address ends with a slash."))
