"""An empty database becomes quickly what `migrate` makes of it slowly."""

import re
import subprocess
from collections.abc import Callable

import pytest
from django.core.management import call_command

from config import migrating
from config.backups import database, making
from tests.databases import empty_database

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]  # no transaction: databases change


def test_it_is_the_database_that_django_makes():
    quickly = made_by(migrating.migrate)
    assert quickly == made_by(lambda: call_command("migrate", verbosity=0))
    tables, rows = quickly
    assert tables.count("CREATE TABLE") > 100
    assert rows["django_migrations"] > 90


def test_what_has_tables_is_left_to_django():
    before = making.count_rows()
    migrating.migrate()
    assert making.count_rows() == before


def made_by(migrate: Callable[[], None]) -> tuple[str, dict[str, int]]:
    """What the work makes of an empty database: its schema, and how many rows each table has."""
    with empty_database():
        migrate()
        return schema(), making.count_rows()


def schema() -> str:
    with database._running([database.program("pg_dump"), "--schema-only"], stdout=subprocess.PIPE) as dumping:
        written, _ = dumping.communicate()
    assert dumping.returncode == 0
    return re.sub(r"^\\(un)?restrict .*$", "", written, flags=re.MULTILINE)  # a word of chance around the dump
