"""manage.py push_keys: let browsers be reached. See docs/campaigns.md."""

from typing import Any

from django.core.management.base import BaseCommand

from growth.campaigns.devices.keys import provider_of_browsers


class Command(BaseCommand):
    help = "Make the keys by which browsers know this site, and the provider that has them; those there are stay."

    def handle(self, *args: Any, **options: Any) -> None:
        provider, made = provider_of_browsers()
        self.stdout.write(f"{'Made' if made else 'There is'} “{provider.key}”: {provider.config.get('public_key', '')}")
