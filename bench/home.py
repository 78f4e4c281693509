"""The admin's first page: its background computation and its own cost, at the size asked for.

    uv run python -m bench.home --members 10000 --topics 100000 --posts 1000000

Every post has its event, and as many votes again. Prints one JSON line; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time

from bench.pages import empty_database, say  # sets Django up

os.environ["RATE_LIMITS"] = "false"

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import fill  # noqa: E402
from bench.measuring import measure  # noqa: E402
from community.members.models import Member  # noqa: E402
from config import services  # noqa: E402
from events.models import Event  # noqa: E402
from growth.home import filling, tasks  # noqa: E402
from growth.home.metrics import METRICS  # noqa: E402

RUNS = 3
EVENTS = """
INSERT INTO events_event (epoch_us, at, name, unit, person, object_kind, object_id, source, device, language, country,
    properties)
SELECT extract(epoch FROM at) * 1000000, at, name, unit, unit, 'post', id, 'web', '', 'en', '', '{}'
FROM (
    SELECT id, created_at AS at, author_id AS unit,
        CASE WHEN number = 0 THEN 'topic_started' ELSE 'answer_posted' END AS name FROM forum_post
    UNION ALL
    SELECT id, created_at + interval '3 hours', (SELECT min(id) FROM members_member) + id %% %(members)s, 'vote_cast'
    FROM forum_post
    UNION ALL
    SELECT id, date_joined, id, 'signed_up' FROM members_member
) told
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--topics", type=int, default=100_000)
    parser.add_argument("--posts", type=int, default=1_000_000)
    size = vars(parser.parse_args())
    services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES)
    settings.ALLOWED_HOSTS = ["*"]
    call_command("collectstatic", interactive=False, verbosity=0)
    with empty_database("flywheel_bench_home"):
        print(json.dumps(run(size)))


def run(size: dict[str, int]) -> dict[str, object]:
    say(f"filling {size}")
    fill.fill(**size)
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, {"members": size["members"]})
        cursor.execute("VACUUM ANALYZE events_event")
    say("computing")
    seconds = [_timed() for _n in range(RUNS)]
    tasks.sweep()
    client = Client()
    boss = Member.objects.create_superuser("boss", "boss@example.org", "bench")
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    return {
        "size": size | {"events": Event.objects.count()},
        "numbers": filling.fill(timezone.now()),
        "metrics": len(METRICS),
        "refresh_s": {"median": round(statistics.median(seconds), 2), "worst": round(max(seconds), 2), "runs": RUNS},
        "page": measure(client, reverse("admin:index")),
        "worker_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _timed() -> float:
    start = time.perf_counter()
    filling.fill(timezone.now())
    seconds = time.perf_counter() - start
    say(f"{seconds:.2f} s")
    return seconds


if __name__ == "__main__":
    main()
