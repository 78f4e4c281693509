"""An address that was proved to reach its member is written to again."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.dispatch import receiver

from growth.campaigns.devices import consenting
from growth.campaigns.models import Channel


@receiver(email_confirmed, dispatch_uid="campaigns.email_confirmed")
def write_again(email_address: EmailAddress, **_rest: Any) -> None:
    consenting.lift(email_address.user, channel=Channel.EMAIL)
