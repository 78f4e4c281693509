"""How many pages the site has shown, counted as they leave: what the script's page views are held against."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from redis import RedisError

from events import consent
from events.collecting.buffering import key, redis
from events.models import IntakeCount

logger = logging.getLogger(__name__)

_SCRIPTLESS = ("/admin/", "/api/")  # pages without the site's script


class PageCountMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        count(request, response)
        return response


def count(request: HttpRequest, response: HttpResponse) -> None:
    """Whole pages only. While Redis is away they are not counted."""
    if not _is_page(request, response):
        return
    today = timezone.now().astimezone(UTC).date()
    try:
        redis().hincrby(key("pages"), f"{today} {consent.refusal(request) or 'seen'}", 1)
    except RedisError as error:
        logger.info("a page is not counted: %s", error)


def _is_page(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        request.method == "GET"
        and response.status_code == 200
        and response.get("Content-Type", "").startswith("text/html")
        and "HX-Request" not in request.headers
        and not request.path.startswith(_SCRIPTLESS)
    )


def flush() -> None:
    """Add what was counted to the table. A run that is killed here forgets a second's worth."""
    with redis().pipeline(transaction=True) as pipe:
        pipe.hgetall(key("pages"))
        pipe.delete(key("pages"))
        counted = pipe.execute()[0]
    counts: Counter[tuple[date, str, str, str]] = Counter()
    for field, number in counted.items():
        day, outcome = field.decode().split()
        counts[date.fromisoformat(day), "server", "page_viewed", outcome] = int(number)
    IntakeCount.objects.add(counts)
