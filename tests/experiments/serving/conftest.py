"""A program with a key, that asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from experiments import publishing, snapshot
from experiments.models import Environment
from experiments.serving import keys, limits

EVALUATE = "/ofrep/v1/evaluate/flags"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    limits.forget()
    keys.forget()


@pytest.fixture
def key_of(db) -> Callable[..., str]:
    """A new key: key_of("client", environment="staging")."""

    def make(kind: str = "server", environment: str = "production") -> str:
        place = Environment.objects.get_or_create(key=environment, defaults={"name": environment})[0]
        return keys.make(place, name="a program", kind=kind, by=None)[1]

    return make


@pytest.fixture
def published() -> Callable[..., None]:
    """Publish these flags, and let this process have them."""

    def publish(*flags: Any) -> None:
        publishing.publish([flag.pk for flag in flags])
        snapshot.refresh()

    return publish


@pytest.fixture
def ask(key_of, client: Client) -> Callable[..., Any]:
    """ask("composer", {"targetingKey": "7"}): one flag; without a name, all of them."""
    own = key_of()

    def post(name: str = "", context: Any = None, *, secret: str = own, raw: Any = None, **headers: str) -> Any:
        body = json.dumps({} if context is None else {"context": context}) if raw is None else raw
        path = f"{EVALUATE}/{name}" if name else EVALUATE
        given = {"authorization": f"Bearer {secret}", **headers} if secret else headers
        return client.post(path, body, content_type="application/json", headers=given)

    return post
