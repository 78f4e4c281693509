"""`manage.py begin_campaigns`: tell members in their browsers of answers to them (growth/campaigns/everyday.py)."""

from typing import Any

from django.core.management.base import BaseCommand

from growth.campaigns import everyday


class Command(BaseCommand):
    help = "Begin the campaign that tells members of answers, unless it was begun before."

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = everyday.begin()
        self.stdout.write(f"{campaign.key}: {campaign.name}" if campaign else "it was begun before")
