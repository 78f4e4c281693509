"""Callers of the API: a client that speaks JSON, for anybody, a member's session or a token."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from community.api import scopes, tokens
from community.members.models import Member
from tests.api.party import Party, register

ROOT = "/api/v1/"


class Caller:
    """`caller.get("topics/", page_size=2)`, `caller.post("topics/", {...}, idempotency_key="a")`."""

    def __init__(self, client: Client, headers: dict[str, str] | None = None) -> None:
        self.client, self.headers = client, headers or {}

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> HttpResponse:
        return self.client.get(_address(path), query, headers=self.headers | (headers or {}))

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> HttpResponse:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        given = self.headers | (headers or {})
        return self.client.generic(method, _address(path), raw, content_type="application/json", headers=given)

    def post(self, path: str, body: Any = None, key: str = "") -> HttpResponse:
        return self.send("POST", path, body, {"Idempotency-Key": key} if key else None)

    def put(self, path: str, body: Any = None) -> HttpResponse:
        return self.send("PUT", path, body)

    def patch(self, path: str, body: Any = None) -> HttpResponse:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self.send("DELETE", path)


def _address(path: str) -> str:
    return path if path.startswith(("/", "http")) else ROOT + path


@pytest.fixture
def anybody(db) -> Caller:
    return Caller(Client())


@pytest.fixture
def api_of(client_of) -> Callable[[Member], Caller]:
    """By session: with all scopes."""
    return lambda member: Caller(client_of(member))


@pytest.fixture
def token_of() -> Callable[..., Caller]:
    """By a personal token with these scopes (all unless given)."""

    def make(member: Member, *wanted: str) -> Caller:
        _row, secret = tokens.create(member, name="test", scopes=wanted or scopes.SCOPES)
        return Caller(Client(), {"Authorization": f"Bearer {secret}"})

    return make


@pytest.fixture
def party(client_of, alice, bob) -> Party:
    """Bob's application, and Alice at her browser."""
    return Party(client_of(alice), *register(bob))
