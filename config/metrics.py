"""/metrics: what Prometheus reads, for those who may."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from community.members.addresses import address_of
from config import counting
from config.gauges import GaugeCollector


def may_read(request: HttpRequest) -> bool:
    """By METRICS_TOKEN where there is one; else from this machine or a private network, past no proxy of others."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if not settings.TRUSTED_PROXIES and "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(address_of(request)).is_private
    except ValueError:  # by a unix socket: from this machine, unless a proxy has that for its own
        return "X-Forwarded-For" not in request.headers


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The text format of Prometheus, 0.0.4."""
    if not may_read(request):
        return HttpResponseForbidden()
    numbers = counting.registry()
    numbers.register(GaugeCollector())
    return HttpResponse(generate_latest(numbers), content_type=CONTENT_TYPE_LATEST)
