"""What pg_dump itself writes of Discourse's tables, called as Discourse calls it (lib/backup_restore/backuper.rb)."""

import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from community.imports.core.values import moment, small, text, whole
from community.imports.discourse.tables import TABLES, flag
from config.backups.database import program
from tests.imports.backups import COLUMNS, Backup, run
from tests.imports.test_discourse import community

TYPES = {whole: "integer", small: "integer", text: "text", moment: "timestamp without time zone", flag: "boolean"}
COPIED = re.compile(r"(COPY public\.\w+ \([^)]*\) FROM stdin);\n(.*?)\\\.\n", re.DOTALL)


@contextmanager
def database(name: str) -> Iterator[dict[str, object]]:
    """An empty database on the tests' server; how to reach it."""
    settings = connection.settings_dict
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    reach = {key: settings[setting] for key, setting in named.items() if settings[setting]}
    with psycopg.connect(dbname="postgres", autocommit=True, **reach) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {**reach, "dbname": name}
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def columns(name: str) -> str:
    table = TABLES.get(name)
    known = {**table.required, **table.optional} if table else {}
    return ", ".join(f'"{column}" {TYPES[known.get(column, text)]}' for column in COLUMNS[name].split())


@pytest.mark.slow
@pytest.mark.django_db
def test_a_dump_of_the_real_thing_comes_as_the_one_by_hand(tmp_path):
    backup = Backup(tmp_path)
    community(backup)
    path = tmp_path / "dump.sql.gz"
    with database(f"fw_discourse_{uuid.uuid4().hex[:8]}") as reach:
        with psycopg.connect(autocommit=True, **reach) as there:
            for name in COLUMNS:
                there.execute(f"CREATE TABLE public.{name} ({columns(name)})")
            for command, rows in COPIED.findall(backup.sql()):
                with there.cursor().copy(command) as copy:
                    copy.write(rows)
        options = ["--schema=public", f"--file={path}", "--no-owner", "--no-privileges", "--verbose", "--compress=4"]
        reached = {f"PG{'DATABASE' if key == 'dbname' else key.upper()}": str(value) for key, value in reach.items()}
        subprocess.run([program("pg_dump"), *options], check=True, capture_output=True, env=os.environ | reached)
    by_pg_dump = run(path, "--source", "one")
    by_hand = run(backup.write(), "--source", "two")
    assert by_pg_dump["created"] == by_hand["created"] | {"tags": 1}  # the second run finds the tag there
    assert by_pg_dump["skipped"] == by_hand["skipped"]
