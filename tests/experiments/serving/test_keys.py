"""Keys of programs: shown once, known again by their digest, refused once they are revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from experiments.models import Environment, SdkKey
from experiments.serving import keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return keys.make(Environment.objects.get(), name="shop", kind="client", by=None)


def test_only_the_digest_is_kept(made):
    row, secret = made
    assert keys.SECRET.fullmatch(secret)
    assert secret not in str(SdkKey.objects.values().get(pk=row.pk))
    assert secret.startswith(row.hint)
    assert keys.recognise(secret) == row


def test_a_revoked_one_is_refused_at_once_here_and_within_a_second_elsewhere(made, monkeypatch):
    row, secret = made
    keys.recognise(secret)
    SdkKey.objects.filter(pk=row.pk).update(revoked_at=timezone.now())  # by another process
    assert keys.recognise(secret)
    later = keys.time.monotonic() + keys.BELIEVED
    monkeypatch.setattr(keys.time, "monotonic", lambda: later)
    assert keys.recognise(secret) is None
    other, secret = keys.make(row.environment, name="app", kind="server", by=None)
    keys.recognise(secret)
    assert keys.revoke(other)
    assert keys.recognise(secret) is None
    assert not keys.revoke(other)


def test_its_use_is_noted_once_a_minute(made):
    row, secret = made
    keys.recognise(secret)
    first = SdkKey.objects.get(pk=row.pk).used_at
    keys.forget()
    keys.recognise(secret)
    assert SdkKey.objects.get(pk=row.pk).used_at == first
    SdkKey.objects.update(used_at=first - timedelta(minutes=2))
    keys.forget()
    keys.recognise(secret)
    assert SdkKey.objects.get(pk=row.pk).used_at >= first


def test_while_the_database_is_away_known_ones_hold(made, monkeypatch):
    _row, secret = made
    keys.recognise(secret)
    later = keys.time.monotonic() + 60
    monkeypatch.setattr(keys.time, "monotonic", lambda: later)
    monkeypatch.setattr(SdkKey.objects, "select_related", _away)
    assert keys.recognise(secret)
    keys.forget()
    with pytest.raises(OperationalError):
        keys.recognise(secret)


def _away(*_names):
    raise OperationalError
