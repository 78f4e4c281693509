"""OAuth applications: register, change, delete; see which ones a member has let in, and shut them out again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from community.api.scopes import SCOPES
from community.forum.denied import Denied, check_may_write
from community.members.models import Member

MOST = 10  # of a member


@dataclass
class Guest:
    """An application that a member has let in."""

    application: Application
    scopes: set[str] = field(default_factory=set)
    renewed_at: datetime | None = None

    @property
    def may(self) -> list[str]:
        """Its scopes in words."""
        return [str(words) for scope, words in SCOPES.items() if scope in self.scopes]


@transaction.atomic
def register(member: Member, *, name: str, client_type: str, redirect_uris: str) -> tuple[Application, str]:
    """The application and its secret, which is known to nobody afterwards; a public one has no use for it."""
    locked = Member.objects.lock([member.pk])[member.pk]
    check_may_write(locked)
    if Application.objects.filter(user=locked).count() >= MOST:
        raise Denied(_("You have %d applications, the most there can be. Delete one first.") % MOST)
    secret = generate_client_secret()
    application = Application.objects.create(
        user=locked,
        name=name,
        client_type=client_type,
        redirect_uris=redirect_uris,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        client_secret=secret,
    )
    return application, secret


def change(application: Application, *, name: str, redirect_uris: str) -> None:
    application.name, application.redirect_uris = name, redirect_uris
    application.save(update_fields=["name", "redirect_uris", "updated"])


def renew_secret(application: Application) -> str:
    """The new secret; the one before is no good from now on, the tokens that it brought still are."""
    secret = application.client_secret = generate_client_secret()
    application.save(update_fields=["client_secret", "updated"])
    return secret


def guests(member: Member) -> list[Guest]:
    """The applications that can act for the member now, the one renewed last first."""
    stands = Q(expires__gt=timezone.now()) | Q(refresh_token__isnull=False, refresh_token__revoked=None)
    tokens = AccessToken.objects.filter(stands, user=member).select_related("application__user").order_by("created")
    found: dict[int, Guest] = {}
    for token in tokens:
        if token.application:
            guest = found.setdefault(token.application_id, Guest(token.application))
            guest.scopes.update(token.scope.split())
            guest.renewed_at = token.created
    return sorted(found.values(), key=lambda guest: guest.renewed_at, reverse=True)  # type: ignore[arg-type, return-value]


@transaction.atomic
def shut_out(application: Application, *, member: Member | None = None) -> int:
    """End what the application may do for this member, or for all of them; how many refresh tokens stood until now.

    They stay as revoked, for the library to know one again that is replayed.
    """
    whose = {"application": application, **({"user": member} if member else {})}
    Grant.objects.filter(**whose).delete()
    return _end(RefreshToken.objects.filter(**whose), AccessToken.objects.filter(**whose))


@transaction.atomic
def withdraw(tokens: Iterable[RefreshToken]) -> int:
    """End these grants and their access tokens; how many stood until now."""
    chosen = RefreshToken.objects.filter(pk__in=[token.pk for token in tokens])
    return _end(chosen, AccessToken.objects.filter(refresh_token__in=chosen))


def _end(refresh: QuerySet[RefreshToken], access: QuerySet[AccessToken]) -> int:
    """Refresh tokens first, as the library's own verbs lock them."""
    now = timezone.now()
    ended = refresh.filter(revoked=None).update(revoked=now, updated=now)
    access.delete()
    return ended
