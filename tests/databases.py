"""A database for each test process, cloned from a template that is migrated once per state of the migrations.

Every database is held by an advisory lock of the process that uses it; one whose lock is free was left by a
killed run and is swept. So two runs at once do not meet, and nothing needs a tidy end.
"""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.apps import apps
from django.db import connection
from psycopg import sql

from config import migrating

KEY = "hashtextextended(%s, 0)"


@dataclass(frozen=True)
class TestDatabase:
    server: "psycopg.Connection[tuple]"
    name: str
    template: str

    def clone(self) -> None:
        """Put the freshly migrated state in place of whatever tests have committed."""
        connection.close()
        self.drop()
        clone = "CREATE DATABASE {} TEMPLATE {}"
        self.server.execute(sql.SQL(clone).format(sql.Identifier(self.name), sql.Identifier(self.template)))

    def drop(self) -> None:
        _drop(self.server, self.name)


@contextmanager
def own_database() -> Iterator[TestDatabase]:
    """Point Django at a database of this process alone until the block ends."""
    with _server() as server:
        template = f"fw_template_{_fingerprint()}"
        _hold_template(server, template)
        database = TestDatabase(server, f"fw_test_{uuid.uuid4().hex[:12]}", template)
        _hold(server, database.name)
        _sweep(server, keep=(database.name, template))
        database.clone()
        with django_on(database.name):
            yield database
        database.drop()


@contextmanager
def empty_database() -> Iterator[None]:
    """Point Django at a new database, without a table, until the block ends."""
    with _server() as server:
        name = f"fw_test_{uuid.uuid4().hex[:12]}"
        _hold(server, name)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with django_on(name):
            yield
        _drop(server, name)


def _server() -> "psycopg.Connection[tuple]":
    wanted = connection.settings_dict
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    parameters = {key: wanted[setting] for key, setting in named.items() if wanted[setting]}
    return psycopg.connect(dbname="postgres", autocommit=True, **parameters)


def _fingerprint() -> str:
    """Of every app's migrations, so that an edited one makes a new template."""
    digest = hashlib.sha256()
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _hold_template(server: "psycopg.Connection[tuple]", template: str) -> None:
    """Hold the template against sweepers, made by whichever process comes first."""
    while True:
        _hold(server, template)
        if _exists(server, template):
            return
        server.execute(f"SELECT pg_advisory_unlock_shared({KEY})", [template])
        _make_template(server, template)


def _make_template(server: "psycopg.Connection[tuple]", template: str) -> None:
    making = f"{template}_new"
    server.execute(f"SELECT pg_advisory_lock({KEY})", [making])
    if not _exists(server, template):
        _drop(server, making)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
        with django_on(making):
            migrating.migrate()
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        server.execute(rename.format(sql.Identifier(making), sql.Identifier(template)))
    server.execute(f"SELECT pg_advisory_unlock({KEY})", [making])


@contextmanager
def django_on(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _sweep(server: "psycopg.Connection[tuple]", *, keep: tuple[str, ...]) -> None:
    """Drop what nobody holds. (Our own shared locks would not stop us, hence `keep`.)"""
    names = server.execute("SELECT datname FROM pg_database WHERE datname ~ '^fw_(test|template)_'").fetchall()
    for name in {row[0] for row in names}.difference(keep):
        if server.execute(f"SELECT pg_try_advisory_lock({KEY})", [name]).fetchone() == (True,):
            _drop(server, name)
            server.execute(f"SELECT pg_advisory_unlock({KEY})", [name])


def _hold(server: "psycopg.Connection[tuple]", name: str) -> None:
    server.execute(f"SELECT pg_advisory_lock_shared({KEY})", [name])


def _exists(server: "psycopg.Connection[tuple]", name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(server: "psycopg.Connection[tuple]", name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
