"""Uploads between their storage, whichever it is, and a directory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.core.files import File
from django.core.files.storage import Storage, default_storage

from config.backups.manifest import CHUNK, BackupError, Checksum


def names(folder: str = "", *, storage: Storage = default_storage) -> Iterator[str]:
    """Of every file, from the storage's root."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was uploaded yet
        return
    yield from (f"{folder}{name}" for name in files if name)
    for name in folders:
        yield from names(f"{folder}{name}/", storage=storage)


def fetch(name: str, target: Path) -> Checksum | None:
    """Copy a file out of the storage; None where it has gone meanwhile, as a replaced picture does."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with default_storage.open(name) as source, target.open("wb") as copy:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += copy.write(chunk)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return None
    return Checksum(size, digest.hexdigest())


def put(name: str, source: Path, size: int) -> None:
    """Copy a file into the storage under this very name. Names follow content, so one of that size is the same."""
    if default_storage.exists(name):
        if default_storage.size(name) == size:
            return
        default_storage.delete(name)
    with source.open("rb") as file:
        kept = default_storage.save(name, File(file))
    if kept != name:
        default_storage.delete(kept)
        raise BackupError(f"the storage would keep {name} as {kept}")
