"""The leaderboard at any rank with Redis, and its top pages from PostgreSQL with Redis away.

    uv run python -m bench.leaderboard --members 1000000

Fills a database of its own, set by set, with a ledger over 400 days, and drops it at the end. `page` is the whole
page through Django's test client, `board` what the page reads: Redis, members, charts. Prints one JSON line; progress
goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from bench.measuring import REPEAT, measure  # noqa: E402
from bench.pages import empty_database, say  # noqa: E402  (sets Django up)

from django.conf import settings  # noqa: E402 isort: skip
from community.nearby import cache  # noqa: E402 isort: skip
from django.core.management import call_command  # noqa: E402 isort: skip
from django.db import connection  # noqa: E402 isort: skip
from django.test import Client  # noqa: E402 isort: skip

from community.members.models import Member  # noqa: E402
from community.points import periods, verifying  # noqa: E402
from community.points.boards import pages, publishing, standings  # noqa: E402
from community.points.models import SITE  # noqa: E402
from community.points.recount import recount  # noqa: E402
from config import services  # noqa: E402

SHOWN = ("week", "all")

MEMBERS = """
INSERT INTO members_member (username, email, display_name, password, is_active, is_staff, is_superuser, is_moderator,
    date_joined, bio, bio_html, location, website, avatar, language, time_zone, theme, on_boards, profile_public,
    email_notifications, muted_kinds, read_before, points_total, suspension_reason)
SELECT 'member' || n, '', 'Member ' || n, '!', true, false, false, false,
    now() - interval '400 days', '', '', '', '', '', '', '', 'auto', true, true, true, '[]', now(), 0, ''
FROM generate_series(1, %(members)s) n
"""

# A point of joining, then one to three accepted answers or acceptances, most of them of the last days.
ENTRIES = """
INSERT INTO points_entry (member_id, rule_id, raw, granted, pool, source_kind, source_id, scopes, day, at, key)
SELECT m.id, r.id, r.points, r.points, '', 'member', m.id, '{{}}', t.at::date, t.at, r.name || ':' || m.id || ':' || nth
FROM members_member m CROSS JOIN LATERAL generate_series(1, {times}) nth
CROSS JOIN LATERAL (SELECT {at} AS at) t
JOIN points_rule r ON r.name = {rule} AND r.set_id = (SELECT id FROM points_ruleset WHERE active)
"""
AWARDS = ENTRIES.format(
    at="now() - (m.id * 7919 + nth * 104729) % 1000 / 1000.0 * ((m.id * 31 + nth * 17) % 400) * interval '1 day'",
    times="1 + (m.id * 104729) % 3",
    rule="CASE WHEN (m.id + nth) % 3 = 0 THEN 'answer_accepted' ELSE 'accepted_answer' END",
)
JOINED = ENTRIES.format(at="m.date_joined", times="1", rule="'joined'")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    options = parser.parse_args()
    services.ensure(settings.VAR_DIR, tuple(name for name in services.SERVERS if not _external(name)))
    settings.ALLOWED_HOSTS = ["testserver"]
    with empty_database("bench_leaderboard"):
        print(json.dumps(run(options.members)))


def _external(name: str) -> bool:
    return bool(settings.DATABASE_URL if name == "postgres" else settings.REDIS_URL)


def run(members: int) -> dict[str, object]:
    seconds = {"fill": _timed(lambda: fill(members)), "rebuild": _timed(publishing.rebuild)}
    proof = verifying.verify()
    say(f"{proof.entries} entries verified, {proof.differences} differences; boards in Redis: {proof.boards}")
    found = {"members": members, "entries": proof.entries, "differences": proof.differences, "seconds": seconds}
    call_command("collectstatic", interactive=False, verbosity=0)
    return found | {"repeat": REPEAT, "redis": with_redis(), "postgresql": without_redis()}


def fill(members: int) -> None:
    with connection.cursor() as cursor:
        for number, statement in enumerate((MEMBERS, JOINED, AWARDS), start=1):
            cursor.execute(statement, {"members": members} if statement is MEMBERS else None)
            say(f"filled {number} of 3")
        cursor.execute("VACUUM ANALYZE")
    recount()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE members_member, points_pointsday")


def with_redis() -> dict[str, object]:
    """Pages of rank 1, the middle and the last, by somebody unknown and by the member of the middle rank."""
    found: dict[str, object] = {"publish_ms": _publishing()}
    for name in SHOWN:
        period = periods.current(name)
        length = standings.read(SITE, period, page=1).length
        last = -(-length // standings.SIZE)
        middle = standings.read(SITE, period, page=last // 2).rows[0].member_id
        viewer = Member.objects.get(pk=middle)
        for place, number in (("first", 1), ("middle", last // 2), ("last", last)):
            say(f"{name}: {place} page, {number} of {last}")
            address = f"/boards/{name}/?page={number}"
            found[f"{name} {place}"] = {
                "anonymous": measure(Client(), address),
                "member": measure(_signed_in(viewer), address),
                "board": _measured(lambda p=period, n=number, v=viewer: pages.build(SITE, p, number=n, viewer=v)),
            }
    return found


def without_redis() -> dict[str, object]:
    """The first page and a member of the middle rank's place, computed anew and as kept for a minute."""
    there, settings.REDIS_DATA_URL = settings.REDIS_DATA_URL, "unix:///nowhere/redis.sock"
    found = {}
    try:
        for name in periods.NAMES:
            say(f"{name} from PostgreSQL")
            period, viewer = periods.current(name), Member.objects.order_by("pk")[Member.objects.count() // 2]
            cache.clear()
            anew = _timed(lambda p=period, v=viewer: pages.build(SITE, p, number=1, viewer=v))
            kept = _measured(lambda p=period, v=viewer: pages.build(SITE, p, number=1, viewer=v))
            found[name] = {
                "anew_ms": round(anew * 1000, 1),
                "kept": kept,
                "page": measure(Client(), f"/boards/{name}/"),
            }
    finally:
        settings.REDIS_DATA_URL = there
    return found


def _publishing() -> float:
    """What bringing one member up to date costs after a commit, ms."""
    ids = list(Member.objects.order_by("pk").values_list("pk", flat=True)[:200])
    return round(_timed(lambda: [publishing.publish([pk]) for pk in ids]) * 1000 / len(ids), 2)


def _signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _measured(act: Callable[[], object]) -> dict[str, float]:
    act()
    times = [_timed(act) * 1000 for _ in range(REPEAT)]
    return {"p50_ms": round(statistics.median(times), 2), "p95_ms": round(statistics.quantiles(times, n=20)[-1], 2)}


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return round(time.perf_counter() - start, 5)


if __name__ == "__main__":
    main()
