"""PostgreSQL's own programs, of the version that fits the server, told by the environment whom to talk to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.db import connection

from config.backups.manifest import BackupError
from config.services import postgres

DEBIAN = Path("/usr/lib/postgresql")
PROGRAMS = ("pg_dump", "pg_restore", "psql")
RESTAMP = Path(__file__).with_name("restamp.sql")
TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey")  # options of DATABASE_URL; in the environment, PGSSLMODE…
LOCK_WAIT = "10s"  # a site that still runs holds the tables
# Everything in one transaction: a restore that is killed or fails half way has not happened.
BEGIN = f"""
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '{LOCK_WAIT}';
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""

Told = Callable[[], object]


def server_major() -> int:
    return connection.cursor().connection.info.server_version // 10_000


@contextmanager
def snapshot() -> Iterator[str]:
    """A moment of the database by name: what is counted in the block and what pg_dump writes are of it."""
    connection.ensure_connection()
    connection.set_autocommit(False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # while pg_dump works
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor.fetchone()[0]
    finally:
        connection.rollback()
        connection.set_autocommit(True)


def dump(target: Path, *, snapshot: str, told: Told) -> None:
    """Write the snapshot as an archive of pg_restore; `told` is called at each table."""
    command = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--verbose"]
    with _running([*command, f"--snapshot={snapshot}", f"--file={target}"], stderr=subprocess.PIPE) as dumping:
        said = _listen(dumping, "dumping contents of table", told)
    if dumping.returncode:
        raise BackupError(f"pg_dump failed: {_reason(said)}")


def load(archive: Path, *, told: Told) -> None:
    """Put the archive in the place of the whole database, or leave that as it was; `told` at each table."""
    reading = [program("pg_restore"), "--no-owner", "--no-privileges", "--verbose", "--file=-", str(archive)]
    writing = [program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    with _running(writing, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as psql:
        with suppress(BrokenPipeError):  # psql has ended, and says why below
            _feed(psql.stdin, BEGIN)
            with _running(reading, stdout=psql.stdin, stderr=subprocess.PIPE) as restoring:
                said = _listen(restoring, "processing data for table", told)
            if restoring.returncode == 0:
                _feed(psql.stdin, f"RESET ALL;\n{RESTAMP.read_text()}\nCOMMIT;\n")
        _out, complaints = psql.communicate()
    if psql.returncode:
        raise BackupError(f"the database is left as it was: {_reason(complaints.splitlines())}")
    if restoring.returncode:
        raise BackupError(f"the database is left as it was: pg_restore: {_reason(said)}")


def program(name: str) -> str:
    """The place of one of PROGRAMS: of the server's version, else of the next newer; it must not be older."""
    wanted = server_major()
    found = {major: folder for folder in _folders() if (major := _major(folder)) and major >= wanted}
    if not found:
        raise BackupError(f"{name} {wanted} is not installed: the server is PostgreSQL {wanted}")
    return str(found[min(found)] / name)


def _folders() -> Iterator[Path]:
    yield from (Path(folder) for folder in reversed(os.environ.get("PATH", os.defpath).split(os.pathsep)))
    yield from DEBIAN.glob("*/bin")
    if wheel := postgres.programs():
        yield wheel


def _major(folder: Path) -> int | None:
    if not all(shutil.which(name, path=str(folder)) for name in PROGRAMS):
        return None
    told = subprocess.run([folder / "pg_dump", "--version"], text=True, capture_output=True).stdout
    match = re.search(r"\) (\d+)", told)
    return int(match[1]) if match else None


def _running(command: list[str], **pipes: int | IO[str] | None) -> subprocess.Popen[str]:
    wanted = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    variables = {name: str(wanted[key]) for name, key in named.items() if wanted[key]}
    variables |= {f"PG{name.upper()}": str(value) for name, value in wanted["OPTIONS"].items() if name in TLS}
    return subprocess.Popen(command, env={**os.environ, "LC_ALL": "C", **variables}, text=True, **pipes)  # type: ignore[call-overload]


def _listen(process: subprocess.Popen[str], mark: str, told: Told) -> list[str]:
    said = []
    for line in process.stderr or ():
        said.append(line)
        if mark in line:
            told()
    return said


def _feed(stdin: IO[str] | None, text: str) -> None:
    assert stdin is not None  # noqa: S101 - opened as a pipe
    stdin.write(text)
    stdin.flush()


def _reason(said: list[str]) -> str:
    """The first complaint, without what programs put before it."""
    complaints = [line for line in said if "error:" in line.lower()] or said[-1:]
    return complaints[0].partition("ERROR:")[2].strip() or complaints[0].strip() if complaints else "it said nothing"
