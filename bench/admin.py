"""p50 of every list of the admin, of its last page that can be turned to and of a search, as the database stands.

    uv run python -m bench.admin [--database NAME] [--user NAME]

In-process requests through Django's test client. Fill a database first (bench/fill.py). Prints one JSON line a list.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from functools import partial

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.contrib import admin  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from community.desk.counting import MOST  # noqa: E402
from community.members.models import Member  # noqa: E402

REPEAT = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default=connection.settings_dict["NAME"])
    parser.add_argument("--user", default="admin")
    given = parser.parse_args()
    connection.settings_dict["NAME"] = given.database
    client = Client(headers={"host": "localhost"})
    client.force_login(Member.objects.named(given.user).get(), "django.contrib.auth.backends.ModelBackend")
    for model in admin.site._registry:
        print(json.dumps(measured(client, model)), flush=True)


def measured(client: Client, model) -> dict[str, object]:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    per_page = admin.site._registry[model].list_per_page
    last = min(model._base_manager.count(), MOST) // per_page
    words = {"list": {}, "last": {"p": last or 1}, "search": {"q": "member77"}, "number": {"q": "77"}}
    times = {name: _p50(client, address, query) for name, query in words.items()}
    return {"model": model._meta.label_lower, "rows": model._base_manager.count(), **times}


def _p50(client: Client, address: str, query: dict[str, object]) -> list[float] | str:
    """Milliseconds in all, and of them in PostgreSQL, and queries; the status where the page did not open."""
    spent = []
    for _request in range(REPEAT):
        asked: list[float] = []
        began = time.perf_counter()
        with connection.execute_wrapper(partial(_timed, asked)):
            status = client.get(address, query).status_code
        if status != 200:
            return f"status {status}"
        spent.append((time.perf_counter() - began, sum(asked), len(asked)))
    whole, database, queries = sorted(spent)[REPEAT // 2]
    return [round(whole * 1000, 1), round(database * 1000, 1), queries]


def _timed(asked: list[float], execute, sql, params, many, context) -> object:
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        asked.append(time.perf_counter() - began)


if __name__ == "__main__":
    main()
