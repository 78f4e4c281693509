"""Make, revoke and recognise the keys with which programs ask for flags."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from experiments.models import Environment, SdkKey

MARKS = {SdkKey.Kind.CLIENT: "fwc_", SdkKey.Kind.SERVER: "fws_"}  # by which a person, or a scanner, knows one
SECRET = re.compile(r"fw[cs]_[0-9a-f]{48}")
SHOWN = 12  # characters that stay known
USE_NOTED_EVERY = timedelta(minutes=1)
BELIEVED = 1.0  # seconds that a process goes by what it has read of a key: so soon is a revoked one refused everywhere
REMEMBERED = 10_000

_seen: dict[str, tuple[float, SdkKey]] = {}  # by digest: when it was read, by time.monotonic


def make(environment: Environment, *, name: str, kind: str, by: Any) -> tuple[SdkKey, str]:
    """The row, and the key itself: it is known to nobody but the caller, this once."""
    secret = MARKS[SdkKey.Kind(kind)] + secrets.token_hex(24)
    row = SdkKey.objects.create(
        environment=environment, name=name, kind=kind, digest=digest(secret), hint=secret[:SHOWN], created_by=by
    )
    return row, secret


def revoke(key: SdkKey) -> bool:
    """Whether it stood until now."""
    _seen.pop(key.digest, None)
    return bool(SdkKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()))


def recognise(secret: str) -> SdkKey | None:
    """The standing key, its environment with it; its use is noted once a minute at most.

    While the database is away, those that were seen before it went still hold. Raises DatabaseError for others.
    """
    if not SECRET.fullmatch(secret):
        return None
    sought, now = digest(secret), time.monotonic()
    read_at, key = _seen.get(sought, (-BELIEVED, None))
    if key is not None and now - read_at < BELIEVED:
        return key
    try:
        found = SdkKey.objects.select_related("environment").filter(digest=sought, revoked_at=None).first()
    except DatabaseError:
        if key is None:
            raise
        return key
    _remember(sought, now, found)
    if found:
        _note_use(found)
    return found


def is_known(secret: str) -> bool:
    """Whether this process has seen it stand."""
    return digest(secret) in _seen


def digest(secret: str) -> str:
    """A fast hash is right here: 192 random bits cannot be guessed, so there is nothing for a slow one to slow."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _remember(sought: str, now: float, key: SdkKey | None) -> None:
    if key is None:
        _seen.pop(sought, None)
        return
    if len(_seen) >= REMEMBERED:
        _seen.clear()
    _seen[sought] = (now, key)


def _note_use(key: SdkKey) -> None:
    before = timezone.now() - USE_NOTED_EVERY
    if key.used_at is None or key.used_at < before:
        stale = Q(used_at=None) | Q(used_at__lt=before)
        SdkKey.objects.filter(stale, pk=key.pk).update(used_at=timezone.now())


def forget() -> None:
    """What this process has read of keys."""
    _seen.clear()
