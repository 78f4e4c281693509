"""`manage.py begin_campaigns`: tell members in their browsers of answers to them (growth/campaigns/everyday.py)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from events.commanding import PlainCommand
from growth.campaigns import everyday


class Command(PlainCommand):
    help = "Begin the campaign that tells members of answers, unless it was begun before."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            campaign = everyday.begin()
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages), returncode=2) from refused
        self.stdout.write(f"{campaign.key}: {campaign.name}" if campaign else "it was begun before")
