"""Browsers that send what their readers see."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from community.members.models import Member
from events.collecting import buffering
from events.models import Event

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0"
PATH = "/api/v1/events"


class Browser:
    """`browser.sends({"name": "page_viewed", …})`; what it says of itself can be changed."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client(enforce_csrf_checks=True)
        self.headers = {"User-Agent": FIREFOX, "Sec-Fetch-Site": "same-origin"}

    def sends(self, *events: Any, headers: dict[str, str] | None = None, **batch: Any) -> HttpResponse:
        return self.posts(json.dumps({"events": events, **batch}), headers=headers)

    def posts(self, body: str | bytes, headers: dict[str, str] | None = None) -> HttpResponse:
        given = {name: value for name, value in (self.headers | (headers or {})).items() if value}
        return self.client.post(PATH, body, content_type="text/plain;charset=UTF-8", headers=given)

    @property
    def visitor(self) -> int | None:
        cookie = self.client.cookies.get("visitor")
        return int(cookie.value.partition(":")[0]) if cookie else None


@pytest.fixture
def browser(db) -> Browser:
    return Browser()


@pytest.fixture
def browser_of(client_of) -> Callable[[Member], Browser]:
    return lambda member: Browser(client_of(member))


@pytest.fixture
def written(db) -> Callable[..., list[Event]]:
    """The events of this name, after a flush."""

    def read(name: str = "page_viewed") -> list[Event]:
        buffering.flush()
        return list(Event.objects.filter(name=name).order_by("pk"))

    return read
