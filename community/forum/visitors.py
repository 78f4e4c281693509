"""Lists and topics as visitors see them: kept in Redis until what they show changes, and a minute at most.

A page is kept under the version of the flags and the stamps of what it shows, read before it is made. Whoever changes a
topic locks it (`locks.topics`) and so puts new stamps after the commit; a page that was made before is then asked for
no more. While Redis is away every page is made anew.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache, partial, wraps

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

import experiments
from community.forum import reading
from community.members.context import theme_of
from experiments import qa

View = Callable[..., HttpResponse]
logger = logging.getLogger(__name__)
SECONDS = 60  # for what is beside the list or the topic: the rail, points in bylines, "5 min ago"
STAMPED = 3600  # a stamp's life, longer than a page's
EVERYTHING, LISTS = "all", "lists"
# What may be asked of a topic's page. Anything else could be asked in endless ways, each a page to keep.
OF_A_TOPIC = re.compile(r"(page=[1-9]\d{0,3})?(&?order=(confidence|oldest|newest))?")


def changing(topics: Iterable[int]) -> None:
    """These topics, or what stands in them, change in this transaction."""
    transaction.on_commit(partial(_stamp_anew, LISTS, *(f"topic:{pk}" for pk in topics)), robust=True)


def changing_everything() -> None:
    """What many pages show changes: a category, a tag's or a member's name."""
    transaction.on_commit(partial(_stamp_anew, EVERYTHING), robust=True)


def kept_list(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, **kwargs: object) -> HttpResponse:
        key = _key(request, LISTS) if not request.GET else None
        return _kept(key) or _keep(key, request, view(request, **kwargs))

    return answer


def kept_topic(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, pk: int, **kwargs: object) -> HttpResponse:
        asked = OF_A_TOPIC.fullmatch(request.META.get("QUERY_STRING", ""))
        key = _key(request, f"topic:{pk}") if asked else None
        if page := _kept(key):
            reading.count_view(pk)
            return page
        return _keep(key, request, view(request, pk, **kwargs))

    return answer


def _may_keep(request: HttpRequest) -> bool:
    """Whether any other visitor would be shown the same."""
    if not settings.KEEP_PAGES or request.method != "GET":
        return False
    personal = {settings.SESSION_COOKIE_NAME, "messages", qa.COOKIE} & request.COOKIES.keys()
    return not personal and not request.user.is_authenticated and not experiments.differs(request)


def _key(request: HttpRequest, scope: str) -> str | None:
    """Where the page is kept; None where it is not, or while Redis is away."""
    if not _may_keep(request):
        return None
    try:
        stamps = _redis().mget(_stamp(EVERYTHING), _stamp(scope))
    except RedisError as error:
        logger.info("no page is kept: %s", error)
        return None
    address = (request.get_host(), request.get_full_path().lower())
    shown = (get_language(), theme_of(request), bool(request.htmx), experiments.version())  # type: ignore[attr-defined]
    return _named(f"page:{hashlib.sha256(repr((stamps, address, shown)).encode()).hexdigest()}")


def _kept(key: str | None) -> HttpResponse | None:
    with suppress(RedisError):
        if key and (page := _redis().get(key)) is not None:
            return HttpResponse(page)
    return None


def _keep(key: str | None, request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """But a page on which a flag was asked for whose value depends on who asks: others may be shown another."""
    if key and response.status_code == 200 and not response.cookies and not experiments.differs(request):
        with suppress(RedisError):
            _redis().set(key, response.content, ex=SECONDS)
    return response


def _stamp_anew(*scopes: str) -> None:
    """With Redis away its pages are not asked for either, and are gone after a minute."""
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for scope in scopes:
                pipe.set(_stamp(scope), secrets.token_hex(8), ex=STAMPED)
            pipe.execute()
    except RedisError as error:
        logger.warning("visitors see %s as before for a minute at most: %s", ", ".join(scopes), error)


def _stamp(scope: str) -> str:
    return _named(f"pages:{scope}")


def _named(name: str) -> str:
    return f"{settings.REDIS_PREFIX}{name}"


@cache
def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_DATA_URL, socket_connect_timeout=0.2, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )
