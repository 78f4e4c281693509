from typing import Any

from django.core.management.base import BaseCommand

from community.forum import trials


class Command(BaseCommand):
    help = "Draft the forum's own experiments, with their flags: what there is already is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        drafted = trials.draft(by=None)
        for experiment in drafted:
            self.stdout.write(f"{experiment.key}: {experiment.name}")
        if not drafted:
            self.stdout.write("all are there")
