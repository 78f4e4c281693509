"""Queries, time and bytes of each page, at 30 topics and at the size asked for; django-spirit in the same run.

    uv run python -m bench.pages --members 10000 --topics 100000 --posts 1000000 [--no-peer]

In-process requests through Django's test client, DEBUG off, one process: what the page costs, without a network.
Prints one JSON line; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["RATE_LIMITS"] = "false"

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench import fill, peer  # noqa: E402
from bench.measuring import REPEAT, measure  # noqa: E402
from community.forum.models import Tag, Topic  # noqa: E402
from community.members.models import Member  # noqa: E402
from community.nearby import cache  # noqa: E402
from community.points.boards import live, publishing  # noqa: E402
from config import memory, migrating, services  # noqa: E402

SMALL = {"members": 300, "topics": 30, "posts": 630}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def empty_database(name: str) -> Iterator[None]:
    """A fresh database beside the site's own, dropped at the end; with it goes what was kept in Redis."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    own = connection.settings_dict["NAME"]
    _use(name)
    try:
        migrating.migrate()
        yield
    finally:
        _use(own)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        for key in live.client().scan_iter(match=f"{settings.REDIS_PREFIX}*", count=1000):
            live.client().delete(key)


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    cache.clear()


def pages() -> dict[str, str]:
    topic = Topic.objects.questions().order_by("-created_at").first()
    assert topic is not None
    fill.long_topic(topic.pk)
    tags = list(Tag.objects.popular())
    return {
        "feed hot": "/",
        "feed new": "/new/",
        "feed top month": "/top/month/",
        "feed top all": "/top/all/",
        "feed unanswered": "/unanswered/",
        "feed following": "/following/",
        "category": "/c/bench/",
        "tag common": f"/tags/{tags[0].name}/",
        "tag middle": f"/tags/{tags[len(tags) // 10].name}/",
        "tag rare": f"/tags/{tags[-1].name}/",
        "topic, 20 replies": topic.get_absolute_url(),
        "search": "/search/?q=word711+word1984",
        "search, a common word": "/search/?q=word2",
        "tags": "/tags/",
        "profile": "/members/member2/",
        "leaderboard": "/boards/",
        "inbox": "/inbox/",
    }


def site(size: dict[str, int]) -> dict[str, object]:
    say(f"filling {size}")
    start = time.perf_counter()
    fill.fill(**size)
    filled = round(time.perf_counter() - start, 1)
    say(f"filled in {filled} s")
    publishing.rebuild()
    anonymous, member = Client(), Client()
    backend = "django.contrib.auth.backends.ModelBackend"
    member.force_login(Member.objects.get(username="member1"), backend=backend)
    found: dict[str, object] = {}
    for client in (anonymous, member):  # everything is loaded once, as in a web process
        client.get("/")
    memory.settle()
    for name, url in pages().items():
        row = {"member": measure(member, url)}
        if name not in ("inbox", "feed following"):
            settings.KEEP_PAGES = True
            row = {"anonymous": measure(anonymous, url)} | row
            settings.KEEP_PAGES = False
            row["anonymous, made anew"] = measure(anonymous, url)
        found[name] = row
        say(f"{name}: {row}")
    return {"size": size, "fill_s": filled, "pages": found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--topics", type=int, default=100_000)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--no-peer", action="store_true", help="leave django-spirit out")
    parser.add_argument("--no-large", action="store_true", help="only at 30 topics")
    options = parser.parse_args()
    services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES)
    settings.ALLOWED_HOSTS = ["*"]
    call_command("collectstatic", interactive=False, verbosity=0)
    large = {"members": options.members, "topics": options.topics, "posts": options.posts}
    result: dict[str, object] = {"repeat": REPEAT, "sizes": []}
    sizes = [SMALL] if options.no_large else [SMALL, large]
    for size in sizes:
        with empty_database("flywheel_bench"):
            result["sizes"].append(site(size))  # type: ignore[attr-defined]
    if not options.no_peer:
        result["django-spirit"] = peer.measure(settings.VAR_DIR, sizes, say)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
