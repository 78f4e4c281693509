"""Who a program speaks for: `Authorization: Bearer` with a personal token or an OAuth access token (RFC 6750).

The site's own pages come by session, with all scopes and CSRF, through DRF's `SessionAuthentication`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from community.api import tokens
from community.members.middleware import see
from community.members.models import Member


@dataclass(frozen=True)
class Access:
    """What `request.auth` is for a program; for a session it is None."""

    kind: str  # "token" or "oauth"
    id: int
    scopes: frozenset[str]


class BearerAuthentication(BaseAuthentication):
    """Expired, revoked, malformed, unknown, of a member who is gone: all the same 401, which tells nobody which."""

    def authenticate(self, request: Request) -> tuple[Member, Access] | None:
        scheme, _space, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        found = _personal(secret) if secret.startswith(tokens.MARK) else _oauth(request, secret)
        if found is None:
            raise AuthenticationFailed(_("This token is not valid, or not any more."), "invalid_token")
        see(found[0])
        return found

    def authenticate_header(self, request: Request) -> str:
        """RFC 6750, 3: no error code for a request that brought no token."""
        return 'Bearer realm="api"' + (', error="invalid_token"' if get_authorization_header(request) else "")


def _personal(secret: str) -> tuple[Member, Access] | None:
    token = tokens.authenticate(secret)
    return (token.member, Access("token", token.pk, frozenset(token.scopes))) if token else None


def _oauth(request: Request, secret: str) -> tuple[Member, Access] | None:
    """The library's own check goes on to read the body, which is the view's to parse."""
    checksum = hashlib.sha256(secret.encode()).hexdigest()
    answered_for = AccessToken.objects.exclude(application__user__is_active=False)
    live = answered_for.filter(user__is_active=True).select_related("user")
    token = live.filter(token_checksum=checksum).first()
    if token is None or token.is_expired() or not token.allows_audience(request.build_absolute_uri(request.path)):
        return None
    return token.user, Access("oauth", token.pk, frozenset(token.scope.split()))
