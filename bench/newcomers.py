"""The worked case: newcomers of whom we know what they are like, and an experiment on them in two rounds.

    python -m bench.newcomers [--daily 500 --planned 8000 --seed 1] [--here]

In round 1 newcomers are asked to write at once; they make four percentage points more errors, and the guard stops it.
Round 2, which goes on from it, shows them what to read; of these 9.4 % more come back, most on phones, and it ships by
the rules. Sign-ups, exposures, refreshes, reports and decisions are the site's own; the clock is moved through the
days. In a database of its own, or with --here in the site's, to be looked at there: stop the site first, for its own
workers would measure by another clock. Prints one JSON line; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import time
from datetime import UTC, datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from bench.pages import empty_database, say  # noqa: E402  (sets Django up)

from django.conf import settings  # noqa: E402 isort: skip
from django.core.management import call_command  # noqa: E402 isort: skip
from bench.newcomers_story import play  # noqa: E402 isort: skip
from config import services  # noqa: E402 isort: skip

AGO = timedelta(days=90)  # the story begins, and ends before today


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daily", type=int, default=500, help="newcomers a day")
    parser.add_argument("--planned", type=int, default=8000, help="units of each round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--here", action="store_true", help="in the site's own database")
    options = parser.parse_args()
    services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES)
    settings.ALLOWED_HOSTS = ["*"]
    logging.getLogger("flywheel.request").setLevel(logging.WARNING)
    call_command("collectstatic", interactive=False, verbosity=0)
    if options.here:
        tell(options)
        return
    settings.LAKE_URL = str(settings.VAR_DIR / "bench-newcomers")
    shutil.rmtree(settings.LAKE_URL, ignore_errors=True)
    try:
        with empty_database("bench_newcomers"):
            tell(options)
    finally:
        shutil.rmtree(settings.LAKE_URL, ignore_errors=True)


def tell(options: argparse.Namespace) -> None:
    began = time.perf_counter()
    start = (datetime.now(UTC) - AGO).replace(hour=0, minute=0, second=0, microsecond=0)
    found = play(daily=options.daily, planned=options.planned, seed=options.seed, start=start, tell=say)
    print(json.dumps({**found, "seconds": round(time.perf_counter() - began, 1)}))


if __name__ == "__main__":
    main()
