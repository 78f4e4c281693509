"""A real community in a database of its own, imported once per test process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from django.db import connection, transaction

from community.members.models import Member
from tests.databases import django_on, own_database
from tests.growth.dump import Happening, history
from tests.imports.dumps import run


@dataclass(frozen=True)
class Imported:
    directory: Path
    history: list[Happening]  # of its members, by the dump's ids, straight from the XML
    source_ids: dict[int, int]  # our id -> the dump's


@pytest.fixture(scope="session")
def _quantumcomputing(
    reference: Path, redis_client: redis.Redis, django_db_setup, django_db_blocker
) -> Iterator[tuple[str, Path, list[Happening]]]:
    """(database, dump, history). Through `redis_client`, what the import leaves in Redis goes after the test."""
    directory = reference / "data" / "se-quantumcomputing"
    main = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), own_database() as database:
        run(directory)
        with django_on(main), django_db_blocker.block():
            yield database.name, directory, history(directory)


@pytest.fixture
def quantumcomputing(_quantumcomputing, django_db_blocker) -> Iterator[Imported]:
    """The imported community; what the test writes is rolled back. In place of the mark django_db, not beside it."""
    name, directory, happenings = _quantumcomputing
    with django_db_blocker.unblock(), django_on(name), transaction.atomic():
        ids = dict(Member.objects.exclude(imported_id=None).values_list("pk", "imported_id"))
        yield Imported(directory, happenings, ids)
        transaction.set_rollback(True)
