"""Events of members that come from Django's and allauth's own acts."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from community.members.accounts import give_address
from community.members.models import Member
from events import context, visitors
from events.record import record


@receiver(post_save, sender=Member)
def tell_of_sign_up(instance: Member, created: bool, raw: bool, **kwargs: Any) -> None:
    if not created or raw:
        return
    record("signed_up", unit=instance.pk, at=instance.date_joined, method=instance.signs_up_by)
    visitor = context.current().visitor
    if visitor and instance.signs_up_by != Member.signs_up_by:  # by themselves, not made by somebody in the admin
        visitors.link(visitor, member=instance.pk, at=instance.date_joined)


@receiver(post_save, sender=Member)
def trust_superusers_address(instance: Member, created: bool, raw: bool, **kwargs: Any) -> None:
    """Whoever can run `createsuperuser` need not prove an address to sign in."""
    if created and not raw and instance.is_superuser and instance.email:
        give_address(instance, instance.email)


@receiver(user_logged_in)
def tell_of_sign_in(request: HttpRequest, user: Member, **kwargs: Any) -> None:
    record("signed_in", unit=user.pk, method=_method(request, user))


def _method(request: HttpRequest, user: Member) -> str:
    """password, passkey, a provider's name, … of the first step; `direct` where there was none (a script)."""
    steps = get_authentication_records(request, user)
    if not steps:
        return Member.signs_up_by
    first = steps[0]
    if first.get("passwordless"):
        return "passkey"
    return str(first.get("provider") or first["method"])
