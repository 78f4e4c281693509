"""The news of a test: its transaction is open, and so below no horizon; the events that it wrote are read by force."""

from django.db import connection

from community.webhooks import outbox
from community.webhooks.models import Delivery, Endpoint


def fan_out() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        own = int(cursor.fetchone()[0])
    return outbox.deliver(own, own + 1)


def only(endpoint: Endpoint, name: str) -> Delivery:
    """The one delivery of this name, after the news were read."""
    fan_out()
    return Delivery.objects.get(endpoint=endpoint, name=name)
