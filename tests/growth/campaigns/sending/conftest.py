from __future__ import annotations

import pytest

from growth.campaigns.channels import CHANNELS
from growth.campaigns.models import Provider
from tests.growth.campaigns.sending import rows
from tests.growth.campaigns.sending.rows import Told


@pytest.fixture
def webpush(db, monkeypatch) -> Told:
    """The browsers' channel, which does as it is told, with a provider for it."""
    told = Told()
    monkeypatch.setitem(CHANNELS, "webpush", told)  # type: ignore[arg-type]
    rows.provider()
    return told


@pytest.fixture
def fcm(db, monkeypatch) -> Told:
    """A second channel that does."""
    told = Told()
    monkeypatch.setitem(CHANNELS, "fcm", told)  # type: ignore[arg-type]
    rows.provider("fcm")
    return told


@pytest.fixture
def push_service(webpush) -> Provider:
    return Provider.objects.get(channel="webpush")


@pytest.fixture
def reader(alice):
    rows.browser(alice)
    return alice
