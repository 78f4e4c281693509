"""The pair of keys by which push services and browsers know this site (VAPID, RFC 8292)."""

from __future__ import annotations

from django.db import connection, transaction

from growth.campaigns import providers
from growth.campaigns.channels.webpush import vapid
from growth.campaigns.models import Channel, Provider


@transaction.atomic
def provider_of_browsers() -> tuple[Provider, bool]:
    """The provider that carries messages to browsers, and whether it was made just now, with a new pair. Browsers trust
    the key that they registered with, so another pair would lose them all."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE campaigns_provider IN SHARE ROW EXCLUSIVE MODE")  # none is made meanwhile
    if found := Provider.objects.filter(channel=Channel.WEBPUSH).order_by("-active", "pk").first():
        return found, False
    private, public = vapid.new_key()
    made = Provider(key="browsers", name="Browsers", channel=Channel.WEBPUSH, config={"public_key": public})
    providers.set_secret(made, {"private_key": private})
    made.save()
    return made, True
