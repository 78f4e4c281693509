"""Bring a community back from a backup, or refuse and leave everything as it is."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from redis.exceptions import RedisError
from tqdm import tqdm

from community.members.models import Member
from community.points.boards import live, publishing
from config.backups import database, lake, manifest, uploads
from config.backups.making import count_rows
from config.backups.manifest import DUMP, MEDIA, BackupError, Manifest
from events.models import Event

REDIS_CHUNK = 1000


class Differs(BackupError):
    """The restore went through, and what is there now is not what the backup says."""


def restore(directory: Path, *, force: bool = False) -> Manifest:
    """Replace the database and add the uploads. BackupError before anything is changed where the backup is broken,
    of a newer version, or the site has content (unless `force`); Differs, when all is done, where the rows
    are not those counted."""
    found = manifest.read(directory)
    _check_versions(found)
    if not force and has_content():
        raise BackupError("this site has content already; --force replaces it")
    _check_redis()
    for name in tqdm(found.files, desc="checksums", unit="", disable=None):
        manifest.verify(found, directory, name)
    for name in tqdm(list(found.uploads()), desc="uploads", unit="", disable=None):
        uploads.put(name, directory / MEDIA / name, found.files[f"{MEDIA}{name}"].bytes)
    lake.put(found.lake(), directory)
    differing = _load(found, directory)
    _rebuild()
    if differing:
        raise Differs(differing)
    return found


def has_content() -> bool:
    """Whether somebody would miss what is in the database: members, events, or the tables of another program."""
    tables = connection.introspection.table_names()
    if not tables:
        return False
    ours = {Member._meta.db_table, Event._meta.db_table}
    return not ours.issubset(tables) or Member.objects.exists() or Event.objects.exists()


def _check_versions(found: Manifest) -> None:
    if found.postgresql > database.server_major():
        message = f"the backup is of PostgreSQL {found.postgresql}, this server is {database.server_major()}"
        raise BackupError(message)
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or ()}
    if unknown := sorted(set(found.migrations) - known):
        raise BackupError(f"the backup is of a newer version: this one does not know {unknown[0]}")


def _check_redis() -> None:
    """Boards of another time in a Redis that comes back later would be taken for true."""
    try:
        live.client().ping()
    except RedisError as error:
        raise BackupError(f"Redis does not answer, and its boards must be rebuilt: {error}") from error


def _load(found: Manifest, directory: Path) -> str:
    """What differs from the manifest, if anything, in the tables as they came, before they are migrated."""
    connection.close()
    with tqdm(total=len(found.rows), desc="tables", unit="", disable=None) as bar:
        database.load(directory / DUMP, told=bar.update)
    differing = _compare(count_rows(), found.rows)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return differing


def _compare(rows: dict[str, int], wanted: dict[str, int]) -> str:
    for table in sorted(rows | wanted):
        if rows.get(table) != wanted.get(table):
            return f"{table} has {rows.get(table)} rows, the backup says {wanted.get(table)}"
    return ""


def _rebuild() -> None:
    """Forget what Redis knew of the site before, and build the boards."""
    client = live.client()
    keys: list[str] = []
    for key in client.scan_iter(match=f"{settings.REDIS_PREFIX}*", count=REDIS_CHUNK):
        keys.append(key)
        if len(keys) == REDIS_CHUNK:
            client.unlink(*keys)
            keys.clear()
    if keys:
        client.unlink(*keys)
    publishing.rebuild()
