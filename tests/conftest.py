"""What every test may ask for: the servers, a database of its own, the cast, a client, a browser, the real data."""

import functools
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.test import Client, TransactionTestCase
from django.utils import translation
from hypothesis import settings as trials

from community.members.models import Member
from community.nearby import cache
from config import services
from experiments import attributes, snapshot
from tests.databases import own_database

pytest_plugins = ["tests.browser"]

trials.register_profile("unhurried", deadline=None)  # an example's time tells of the machine, not of the law
trials.load_profile("unhurried")


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: the collector of garbage need not look through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure() -> None:
    gc.unfreeze()  # DuckDB complains at the end of what is left


@pytest.fixture(scope="session")
def servers() -> None:
    """PostgreSQL and Redis, started where they are embedded and do not run yet. They stay for the next run."""
    services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES)


@pytest.fixture(scope="session")
def django_db_setup(servers, django_test_environment, django_db_blocker) -> Iterator[None]:
    """A cloned database. After a test that commits it is cloned anew: quicker than TRUNCATE, and it keeps seeds."""
    with django_db_blocker.unblock(), own_database() as database, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.clone())
        yield
    for left in (settings.MEDIA_ROOT, settings.METRICS_DIR, settings.LAKE_URL):
        shutil.rmtree(left, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_client(servers) -> Iterator[redis.Redis]:
    """The site's Redis, to look into; keys of this process begin with settings.REDIS_PREFIX."""
    with redis.Redis.from_url(settings.REDIS_DATA_URL) as client:
        yield client


@pytest.fixture(autouse=True)
def _clean_redis(request) -> Iterator[None]:
    """What a test with a database leaves in Redis and the cache goes with its rows."""
    yield
    marked = request.node.get_closest_marker("django_db")
    if not marked and {"db", "transactional_db", "redis_client"}.isdisjoint(request.fixturenames):
        return
    cache.clear()
    for url in (settings.REDIS_DATA_URL, settings.CELERY_BROKER_URL.replace("redis+socket", "unix")):
        _forget(url.replace("virtual_host", "db"))


@pytest.fixture(autouse=True)
def _no_flags_left(monkeypatch) -> None:
    """There are no flags until a test calls `snapshot.refresh()`, and no thread looks for them; no groups are known."""
    monkeypatch.setattr(attributes, "_groups_known", {})
    monkeypatch.setattr(snapshot, "_keeper", snapshot.Keeper(snapshot.NOTHING))


@pytest.fixture(autouse=True)
def _no_language_left() -> Iterator[None]:
    """A request leaves the language of its reader active; the next test begins with the site's."""
    yield
    translation.deactivate()


def _forget(url: str) -> None:
    client = _connected(url)
    keys = list(client.scan_iter(match=f"{settings.REDIS_PREFIX}*", count=1000))
    if keys:
        client.delete(*keys)


@functools.cache
def _connected(url: str) -> redis.Redis:
    return redis.Redis.from_url(url)


@pytest.fixture
def member_named(db) -> Callable[..., Member]:
    """Make a member, as sign-up does once the address is verified: member_named("dora", is_moderator=True)."""

    def make(username: str, **fields: object) -> Member:
        return Member.objects.create_user(username, f"{username}@example.org", "wonderland-7", **fields)

    return make


@pytest.fixture
def alice(member_named) -> Member:
    return member_named("alice")


@pytest.fixture
def bob(member_named) -> Member:
    return member_named("bob")


@pytest.fixture
def carol(member_named) -> Member:
    return member_named("carol")


@pytest.fixture
def mod(member_named) -> Member:
    return member_named("mod", is_moderator=True)


@pytest.fixture
def admin(db) -> Member:
    return Member.objects.create_superuser("admin", "admin@example.org", "wonderland-7")


@pytest.fixture
def client_of() -> Callable[[Member], Client]:
    """A client signed in as the member."""

    def sign_in(member: Member) -> Client:
        client = Client()
        client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of the real data and the conformance sets; the project does not carry them."""
    path = Path(os.environ.get("FLYWHEEL_REFERENCE") or settings.ROOT.parent / "shared")
    if not path.is_dir():
        pytest.skip(f"no reference data at {path}; set FLYWHEEL_REFERENCE")
    return path
