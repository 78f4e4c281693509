"""manage.py services start|stop|status: the embedded PostgreSQL and Redis of this VAR_DIR."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import services


class Command(BaseCommand):
    help = "Start, stop or show the embedded PostgreSQL and Redis."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action != "status":
            try:
                getattr(services, {"start": "ensure"}.get(action, action))(settings.VAR_DIR, settings.EMBEDDED_SERVICES)
            except services.ServiceError as error:
                raise CommandError(str(error)) from error
        alive = services.status(settings.VAR_DIR)
        for name in alive:
            state = "external" if name not in settings.EMBEDDED_SERVICES else "running" if alive[name] else "stopped"
            self.stdout.write(f"{name}: {state}")
