"""manage.py reseal: seal secrets and addresses under the first key. See docs/operations.md, "Secrets"."""

from typing import Any

from django.core.management.base import BaseCommand

from growth.campaigns.resealing import reseal_all


class Command(BaseCommand):
    help = "Seal providers' secrets and devices' addresses anew under the first key; then the old one may go."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reseal_all()} sealed anew.")
