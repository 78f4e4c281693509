"""manifest.json: what a backup holds, of which versions, and the checksum of each file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

NAME = "manifest.json"
DUMP = "database.dump"
MEDIA = "media/"
LAKE = "lake/"
FORMAT = 1
CHUNK = 1024 * 1024


class BackupError(Exception):
    """The backup is not made or not restored; the message is one line for the operator."""


@dataclass(frozen=True)
class Checksum:
    bytes: int
    sha256: str


@dataclass
class Manifest:
    """`rows` are counted in the snapshot that was dumped; `files` are named from the backup's directory."""

    made_at: str  # ISO 8601, UTC
    versions: dict[str, str]  # flywheel, django
    postgresql: int  # the server's major version
    migrations: list[str]  # "app.name" of each that is applied
    rows: dict[str, int]  # table -> how many
    files: dict[str, Checksum] = field(default_factory=dict)
    format: int = FORMAT

    def uploads(self) -> Iterator[str]:
        """The names of the uploads in their storage."""
        return (name.removeprefix(MEDIA) for name in self.files if name.startswith(MEDIA))

    def lake(self) -> Iterator[str]:
        """The names of the lake's files in the backup."""
        return (name for name in self.files if name.startswith(LAKE))

    def summary(self) -> dict[str, object]:
        return {
            "made_at": self.made_at,
            "rows": sum(self.rows.values()),
            "uploads": sum(1 for _ in self.uploads()),
            "lake": sum(1 for _ in self.lake()),
            "bytes": sum(file.bytes for file in self.files.values()),
        }


def write(manifest: Manifest, directory: Path) -> None:
    with (directory / NAME).open("w") as file:
        json.dump(asdict(manifest), file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())


def read(directory: Path) -> Manifest:
    """BackupError where the directory holds no whole backup that this version can read."""
    try:
        found = json.loads((directory / NAME).read_text())
        if found["format"] != FORMAT:
            raise BackupError(f"{directory / NAME} is of format {found['format']}; this version reads {FORMAT}")
        files = {name: Checksum(**told) for name, told in found.pop("files").items()}
        return Manifest(**found, files=files)
    except FileNotFoundError:
        raise BackupError(f"{directory} holds no finished backup: there is no {NAME}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{directory / NAME} cannot be read: {error}") from error


def checksum(path: Path) -> Checksum:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        return Checksum(file.tell(), digest.hexdigest())


def verify(manifest: Manifest, directory: Path, name: str) -> None:
    """BackupError unless the file is there, byte for byte."""
    try:
        found = checksum(directory / name)
    except OSError as error:
        raise BackupError(f"{directory / name} cannot be read: {error.strerror}") from error
    if found != manifest.files[name]:
        raise BackupError(f"{directory / name} is not what was written: its checksum differs")
