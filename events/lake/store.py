"""Where the files lie: a directory, or a bucket of S3 or of what speaks like it, through pyarrow's file systems."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from pyarrow import fs

FOLDER = "events"  # all files are below it, so that nothing else is ever swept
_MAKING = ".making"


@cache
def _located(url: str) -> tuple[fs.FileSystem, str]:
    if "://" not in url:
        Path(url).mkdir(parents=True, exist_ok=True)
        return fs.LocalFileSystem(), url
    filesystem, root = fs.FileSystem.from_uri(url)
    return filesystem, root


def filesystem() -> fs.FileSystem:
    """OSError where the address cannot be reached; ValueError where it is none."""
    return _located(settings.LAKE_URL)[0]


def located(path: str) -> str:
    """The full path of a file of the manifest, as `filesystem()` takes it."""
    return f"{_located(settings.LAKE_URL)[1]}/{path}"


def is_local() -> bool:
    return isinstance(filesystem(), fs.LocalFileSystem)


def scratch() -> Path:
    """A new name on this machine's disk, from which `place` can move: nobody reads there."""
    folder = Path(located(_MAKING)) if is_local() else settings.VAR_DIR / "lake-making"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{uuid.uuid4().hex}.parquet"


def scratches() -> Iterator[Path]:
    """What killed writers left."""
    return scratch().parent.glob("*.parquet")


def place(made: Path, path: str) -> None:
    """Put a finished file where the manifest will name it: there whole or not at all, and safe from a power cut."""
    target = located(path)
    if not is_local():
        fs.copy_files(str(made), target, source_filesystem=fs.LocalFileSystem(), destination_filesystem=filesystem())
        made.unlink()
        return
    _flush(made)
    folder = Path(target).parent
    folder.mkdir(parents=True, exist_ok=True)
    made.replace(target)
    _flush(folder)


def remove(path: str) -> None:
    """One that has gone already is as good."""
    try:
        filesystem().delete_file(located(path))
    except FileNotFoundError:
        return


def size(path: str) -> int | None:
    """In bytes; None where there is no such file."""
    return filesystem().get_file_info(located(path)).size


def sha256(path: str) -> str:
    """Of the whole file, which is streamed. FileNotFoundError where there is none."""
    with filesystem().open_input_stream(located(path)) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listing() -> Iterator[tuple[str, datetime]]:
    """Every file there is, named by the manifest or not, with the time of its last change."""
    root = located("")
    selector = fs.FileSelector(located(FOLDER), allow_not_found=True, recursive=True)
    for info in filesystem().get_file_info(selector):
        if info.type == fs.FileType.File and info.path.endswith(".parquet"):
            yield info.path.removeprefix(root), info.mtime


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
