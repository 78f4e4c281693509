from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from events import visitors
from events.collecting import buffering
from events.models import Event
from experiments import exposing

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture(autouse=True)
def _nobody_remembered() -> None:
    exposing.memory.clear()


@pytest.fixture
def asks() -> Callable[..., HttpRequest]:
    """A request of a member, of a visitor by number, or of nobody."""

    def make(member: Any = None, *, visitor: int | None = None, path: str = "/", **headers: str) -> HttpRequest:
        request = RequestFactory(headers={"User-Agent": BROWSER, **headers}).get(path)
        request.user = member or AnonymousUser()
        if visitor:
            request.COOKIES[visitors.COOKIE] = visitors._signer().sign(str(visitor))
        return request

    return make


@pytest.fixture
def exposures(db, redis_client) -> Callable[[], list[tuple[int, int, float]]]:
    """(unit, phase, variation) of all that were written, in order."""

    def written() -> list[tuple[int, int, float]]:
        buffering.flush()
        return list(Event.objects.filter(name="exposed").order_by("pk").values_list("unit", "object_id", "value"))

    return written
