"""Make, revoke and recognise personal tokens."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from community.api.models import Token
from community.api.scopes import SCOPES
from community.forum.denied import Denied
from community.members.models import Member

MARK = "fwp_"  # by which a person, or a scanner of leaked secrets, knows one
SECRET = re.compile(rf"{MARK}[0-9a-f]{{64}}")
SHOWN = len(MARK) + 8
MOST = 20  # live ones of a member
USE_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create(
    member: Member, *, name: str, scopes: Iterable[str], expires_at: datetime | None = None
) -> tuple[Token, str]:
    """The row, and the secret: it is known to nobody but the caller, this once. Denied at `MOST` live tokens."""
    wanted = set(scopes)
    if unknown := wanted - SCOPES.keys():
        raise ValueError(f"no scopes {sorted(unknown)}")
    Member.objects.lock([member.pk])
    if Token.objects.of(member).live().count() >= MOST:
        raise Denied(_("You have %d tokens, the most there can be. Revoke one first.") % MOST)
    secret = MARK + secrets.token_hex(32)
    token = Token.objects.create(
        member=member,
        name=name,
        digest=digest(secret),
        prefix=secret[:SHOWN],
        scopes=[scope for scope in SCOPES if scope in wanted],
        expires_at=expires_at,
    )
    return token, secret


def revoke(token: Token, *, at: datetime | None = None) -> bool:
    """Whether it stood until now. Whoever uses it afterwards is a stranger."""
    return bool(Token.objects.kept().filter(pk=token.pk).update(revoked_at=at or timezone.now()))


def authenticate(secret: str) -> Token | None:
    """The live token with this secret, its active member with it; its use is noted once a minute at most."""
    if not SECRET.fullmatch(secret):
        return None
    now = timezone.now()
    tokens = Token.objects.live(now).filter(member__is_active=True).select_related("member")
    token = tokens.filter(digest=digest(secret)).first()
    if token:
        _note_use(token, now)
    return token


def digest(secret: str) -> str:
    """A fast hash is right here: 256 random bits cannot be guessed, so there is nothing for a slow one to slow.

    Looked up in an index, it also leaves no time to measure: what is compared is the hash, not the secret.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(token: Token, now: datetime) -> None:
    before = now - USE_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < before:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=before)
        Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)
