"""Make a backup of the site while it runs."""

from __future__ import annotations

import fcntl
import shutil
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from tqdm import tqdm

from config.backups import database, lake, manifest, uploads
from config.backups.manifest import DUMP, MEDIA, BackupError, Manifest

LOCK = ".backup.lock"


def back_up(directory: Path) -> Manifest:
    """Write a backup to `directory`, which must be new or empty. It appears there whole or not at all.

    The database is as it was at one moment. Uploads are copied before and after that moment: a file that was there
    then is in the backup, though it may have been replaced since. The lake is of that moment too: it stands still.
    """
    directory = directory.resolve()
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise BackupError(f"{directory} is there already; give a new directory")
    growing = directory.with_name(f"{directory.name}.partial")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(directory.parent):
            shutil.rmtree(growing, ignore_errors=True)  # what a killed backup left
            growing.mkdir(mode=0o700)
            made = _fill(growing)
            if directory.exists():
                directory.rmdir()
            growing.rename(directory)
    except OSError as error:
        raise BackupError(f"{growing} cannot be written: {error}") from error
    return made


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One backup at a time, since the next would take what this one writes for a killed one's. The lock ends with its
    process; its file stays, or two could each hold a lock on a file of that name."""
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"another backup is being written in {folder}") from None
        yield


def _fill(growing: Path) -> Manifest:
    files: dict[str, manifest.Checksum] = {}
    _copy(uploads.names(), growing, files)
    with lake.still():
        with database.snapshot() as name:
            made, sealed = _describe(), lake.paths()
            with tqdm(total=len(made.rows), desc="tables", unit="", disable=None) as bar:
                database.dump(growing / DUMP, snapshot=name, told=bar.update)
        files |= lake.fetch(sealed, growing)
    _copy(uploads.names(), growing, files)
    made.files = {DUMP: manifest.checksum(growing / DUMP), **files}
    manifest.write(made, growing)
    return made


def _copy(names: Iterable[str], growing: Path, files: dict[str, manifest.Checksum]) -> None:
    """Those that were not copied before."""
    new = [name for name in names if f"{MEDIA}{name}" not in files]
    for name in tqdm(new, desc="uploads", unit="", disable=None):
        if copied := uploads.fetch(name, growing / MEDIA / name):
            files[f"{MEDIA}{name}"] = copied


def _describe() -> Manifest:
    project = tomllib.loads((settings.ROOT / "pyproject.toml").read_text())["project"]
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={"flywheel": project["version"], "django": django.get_version()},
        postgresql=database.server_major(),
        migrations=sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
        rows=count_rows(),
    )


def count_rows() -> dict[str, int]:
    """Of every table, exactly."""
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = cursor.fetchone()[0]
    return counts
