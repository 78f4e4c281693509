"""The list of experiments over an archive of 700,000: pages and searches.

    uv run python -m bench.archive --experiments 700000

Fills a database of its own, set by set, and drops it at the end. `page` is the whole page through Django's test client,
`list` the two queries behind it. Words are drawn as in a language: the common ones are in most rows, the rare in few.
Prints one JSON line; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from bench.pages import empty_database, say  # noqa: E402  (sets Django up)

from django.conf import settings  # noqa: E402 isort: skip
from django.db import connection  # noqa: E402 isort: skip
from django.db.models import Q  # noqa: E402 isort: skip
from django.test import Client  # noqa: E402 isort: skip
from django.utils.http import urlencode  # noqa: E402 isort: skip

from community.members.models import Member  # noqa: E402
from config import services  # noqa: E402
from experiments import listing  # noqa: E402
from experiments.models import Experiment  # noqa: E402

REPEAT = 12
ARCHIVED = Q(status=Experiment.Status.ARCHIVED)
SEARCHES = {
    "common": "word1",
    "two common": "word1 word2",
    "rare": "word3999",
    "common and rare": "word1 word3777",
    "middling": "word700 word900",
    "half of them": "word12",
    "phrase": '"word1 word2"',
    "either": "word700 or word3777",
    "without": "word700 -word1",
    "none": "nowhere",
    "common and none": "word1 nowhere",
    "key": "test-350001",
}

# 5,000 texts of some 400 characters out of 4,000 words.
TEXTS = """
CREATE TEMPORARY TABLE bench_text AS
SELECT n AS text, words, setweight(to_tsvector('english', words), 'B') AS search
FROM (SELECT n, string_agg('word' || (4000 ^ (((n * 1009 + w * 7919 + n * w * 31) %% 100003) / 100003.0))::int, ' ')
        AS words
    FROM generate_series(0, 4999) n, generate_series(1, 60) w GROUP BY n) drawn
"""
# All but the newest one in a hundred are archived. The trigger's words, but of the text taken from its table.
EXPERIMENTS = """
INSERT INTO experiments_experiment (key, name, kind, status, hypothesis, description, tags, owner_id, hash_attribute,
    fallback_attribute, condition, segments, alpha, power, planned_units, min_days, auto_stop, auto_ship, created_at,
    started_at, stopped_at, archived_at, decision, winner, decision_reason, learnings, words)
SELECT 'test-' || n, 'Test ' || n, 'ab', CASE WHEN n %% 100 = 0 THEN 'running' ELSE 'archived' END, '', '',
    ARRAY['tag' || n %% 50], %(owner)s, 'id', '', '{}', '{}', 0.05, 0.8, 20000, 7, true, false, at, at,
    CASE WHEN n %% 100 > 0 THEN at + interval '20 days' END, CASE WHEN n %% 100 > 0 THEN at + interval '30 days' END,
    CASE WHEN n %% 100 = 0 THEN '' WHEN n %% 3 = 0 THEN 'ship' ELSE 'inconclusive' END,
    CASE WHEN n %% 100 > 0 AND n %% 3 = 0 THEN 1 END, '', b.words,
    setweight(to_tsvector('simple', 'test-' || n || ' Test ' || n || ' tag' || n %% 50), 'A') || b.search
FROM (SELECT n, now() - (%(experiments)s - n) * interval '1 minute' - interval '40 days' AS at
    FROM generate_series(1, %(experiments)s) n) drawn
JOIN bench_text b ON b.text = (drawn.n * 104729::bigint) %% 5000
"""
PHASES = """
INSERT INTO experiments_phase
    (experiment_id, number, seed, weights, coverage, bucket_version, reason, started_at, ended_at)
SELECT id, 1, 'seed' || id, '{1,1}', 10000, 0, '', started_at, stopped_at FROM experiments_experiment
"""
EXPOSURES = """
INSERT INTO experiments_exposureday (phase_id, variation, day, units, flipped)
SELECT p.id, v, p.started_at::date + d, 500, 0
FROM experiments_phase p, generate_series(0, 1) v, generate_series(0, 1) d
"""
REPORTS = """
INSERT INTO experiments_report (experiment_id, as_of, verdict, body)
SELECT id, now(), CASE WHEN id %% 3 = 0 THEN 'ship' ELSE 'review' END, '{}' FROM experiments_experiment
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=700_000)
    options = parser.parse_args()
    services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES)
    settings.ALLOWED_HOSTS = ["testserver"]
    with empty_database("bench_archive"):
        print(json.dumps(run(options.experiments)))


def run(experiments: int) -> dict[str, object]:
    owner = Member.objects.create_superuser("owner", "owner@example.org", "wonderland-7")
    begun = time.perf_counter()
    fill(experiments, owner)
    found: dict[str, object] = {"experiments": experiments, "fill_s": round(time.perf_counter() - begun, 1)}
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    found["archive"] = _both(client, {"status": "archived"})
    found["deep"] = _both(client, {"status": "archived", "before": str(experiments // 2)})
    for name, words in SEARCHES.items():
        found[name] = _both(client, {"status": "archived", "q": words})
    return found


def fill(experiments: int, owner: Member) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('experiment_words'::regclass)")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX experiment_words")  # far quicker to build at the end than to keep
        cursor.execute("ALTER TABLE experiments_experiment DISABLE TRIGGER experiment_words")
        for number, statement in enumerate((TEXTS, EXPERIMENTS, PHASES, EXPOSURES, REPORTS), start=1):
            cursor.execute(statement, {"experiments": experiments, "owner": owner.pk})
            say(f"filled {number} of 5")
        cursor.execute("ALTER TABLE experiments_experiment ENABLE TRIGGER experiment_words")
        cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE experiments_experiment, experiments_phase, experiments_exposureday")


def _both(client: Client, asked: dict[str, str]) -> dict[str, object]:
    say(str(asked))
    words, before = asked.get("q", ""), int(asked["before"]) if "before" in asked else None
    rows, cut = _followed(words, before)
    return {
        "rows": rows,
        "cut": cut,
        "list": _timed(lambda: listing.page(ARCHIVED, words=words, before=before)),
        "page": _timed(lambda: client.get(f"/admin/experiments/experiment/?{urlencode(asked)}")),
    }


def _followed(words: str, before: int | None) -> tuple[int, int]:
    """The rows that a reader has who goes on while pages are cut off and empty, and how many those were."""
    cut = 0
    while not (page := listing.page(ARCHIVED, words=words, before=before)).rows and page.is_cut:
        cut, before = cut + 1, page.after
    return len(page.rows), cut


def _timed(act: Callable[[], object]) -> dict[str, float]:
    times: list[float] = []
    for _ in range(REPEAT + 2):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return {
        "p50_ms": round(statistics.median(times[2:]), 1),
        "p95_ms": round(statistics.quantiles(times[2:], n=20)[-1], 1),
    }


if __name__ == "__main__":
    main()
