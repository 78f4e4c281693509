"""`manage.py generate_community [--seed N]`: half a year of a made-up community, for demonstrations."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from community.forum.models import Topic
from community.imports.core.progress import bar
from community.imports.generated.logins import with_logins
from community.imports.generated.plan import make_plan
from community.imports.generated.replay import replay


class Command(BaseCommand):
    help = "Fill a site without topics with half a year of a made-up community, in English and Chinese, up to now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="another seed, another community")

    def handle(self, *, seed: int, **options: Any) -> None:
        if Topic.objects.exists():
            raise CommandError("this site has topics already; nothing is made up among them", returncode=2)
        plan = with_logins(make_plan(seed, timezone.now()))
        with bar(unit=" acts") as progress:
            replay(plan, progress=progress)
