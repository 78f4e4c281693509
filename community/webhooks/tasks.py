from celery import shared_task
from django.utils import timezone

from community.webhooks import cleaning, outbox, owners, sending
from community.webhooks.models import Endpoint
from events import bell


@shared_task(name="webhooks.sweep")
def sweep() -> None:
    """Every two seconds, from the beat: read the news, and ring for each endpoint that something is due to."""
    outbox.fan_out()
    for pk in Endpoint.objects.to_serve(timezone.now()).values_list("pk", flat=True):
        bell.ring(send, pk)
    owners.tell()


@shared_task(name="webhooks.send")
def send(endpoint_id: int) -> None:
    sending.send_due(endpoint_id)


@shared_task(name="webhooks.clean")
def clean() -> None:
    """Every night, from the beat."""
    cleaning.clean()
