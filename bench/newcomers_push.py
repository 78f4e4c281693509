"""The worked case of campaigns: newcomers of whom we know what a message does to them, and whether that is found.

    python -m bench.newcomers_push [--daily 1000 --seed 1]

The starting point “Day-3 retention of newcomers”: a day after they sign up 40 % of newcomers get one of three messages
or, a quarter of these, nothing, for two weeks. Entries, checks, quiet hours, requests to a local push service, notices
and the report are the site's own; the clock is moved. In a database of its own. Prints one JSON line; progress goes to
stderr.
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
from bench.newcomers_push_story import play  # noqa: E402 isort: skip
from config import services  # noqa: E402 isort: skip

AGO = timedelta(days=40)  # the story begins, and ends before today


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daily", type=int, default=1000, help="newcomers a day")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES)
    logging.getLogger("flywheel").setLevel(logging.WARNING)
    settings.LAKE_URL = str(settings.VAR_DIR / "bench-newcomers-push")
    shutil.rmtree(settings.LAKE_URL, ignore_errors=True)
    start = (datetime.now(UTC) - AGO).replace(hour=0, minute=0, second=0, microsecond=0)
    began = time.perf_counter()
    try:
        with empty_database("bench_newcomers_push"):
            found = play(daily=options.daily, seed=options.seed, start=start, tell=say)
    finally:
        shutil.rmtree(settings.LAKE_URL, ignore_errors=True)
    print(json.dumps({**found, "seconds": round(time.perf_counter() - began, 1)}))


if __name__ == "__main__":
    main()
