"""How allauth makes our members, and how an address becomes one's own without a letter."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from community.members import names
from community.members.models import Member

logger = logging.getLogger(__name__)


def unique_username(*wanted: str) -> str:
    """A free username like one of these names."""
    return next(name for name in names.candidates(*wanted) if not Member.objects.named(name).exists())


@transaction.atomic
def give_address(member: Member, email: str) -> None:
    """Make this the member's own address, on the word of whoever runs the site: no letter is sent."""
    email = email.lower()
    EmailAddress.objects.filter(user=member).update(primary=False)
    EmailAddress.objects.update_or_create(user=member, email=email, defaults={"verified": True, "primary": True})
    Member.objects.filter(pk=member.pk).update(email=email)
    member.email = email


class AccountAdapter(DefaultAccountAdapter):
    def clean_username(self, username: str, shallow: bool = False) -> str:
        username = Member.normalize_username(username)
        names.USERNAME(username)
        if names.reserved(username):
            raise ValidationError(_("This name is kept for the site itself."))
        # allauth looks without our index on Lower("username").
        if not shallow and Member.objects.named(username).exists():
            raise ValidationError(_("This name is taken."))
        return username

    def populate_username(self, request: HttpRequest, user: Member) -> None:
        if not user.username:
            # Part of the address is shown to everybody only where nothing else is known.
            user.username = unique_username(user.display_name or user.email.partition("@")[0])

    def save_user(self, request: HttpRequest, user: Member, form: Any, commit: bool = True) -> Member:
        if user.signs_up_by == Member.signs_up_by:  # a provider has already said so
            user.signs_up_by = "password"
        return super().save_user(request, user, form, commit)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Letters name the site as its settings do; one that cannot be sent is said, and asked for again."""
        site = SimpleNamespace(name=settings.SITE_NAME, domain=urlsplit(settings.SITE_URL).netloc)
        try:
            super().send_mail(template_prefix, email, {**context, "current_site": site})
        except (SMTPException, OSError):
            logger.exception("no letter %s", template_prefix)
            messages.error(self.request, _("We could not send an e-mail just now. Please try again in a few minutes."))


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The routes of every provider stand; of one without keys in the settings there is no page."""
        try:
            return super().get_app(request, provider, client_id=client_id)
        except SocialApp.DoesNotExist as error:
            raise Http404(f"no provider {provider}") from error

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Member:
        user: Member = super().populate_user(request, sociallogin, data)
        user.display_name = (data.get("name") or "").strip()[:80]
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Member:
        sociallogin.user.signs_up_by = sociallogin.account.provider
        return super().save_user(request, sociallogin, form)
