"""Tasks of the queue `analytics`: they read the lake."""

from celery import shared_task
from django.utils import timezone

from growth.campaigns.models import Campaign

HOUR = 3600


@shared_task(name="campaigns.report", time_limit=HOUR)
def report(pk: int) -> None:
    """When somebody asks."""
    from growth.campaigns.proving import building  # noqa: PLC0415 - numpy, scipy, ibis: not for the web, here and below

    building.report(Campaign.objects.get(pk=pk))


@shared_task(name="campaigns.reports", time_limit=HOUR, acks_late=False)
def reports() -> None:
    """Every half hour."""
    from growth.campaigns.proving import allocating, building  # noqa: PLC0415

    for campaign in allocating.to_be_reported(timezone.now()):
        building.report(campaign)


@shared_task(name="campaigns.allocate", time_limit=HOUR, acks_late=False)
def allocate() -> None:
    """Once a day."""
    from growth.campaigns.proving import allocating  # noqa: PLC0415

    allocating.allocate_all(timezone.now())
