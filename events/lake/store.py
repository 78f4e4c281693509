"""Where the files lie: a directory, or a bucket of S3 or of what speaks like it, through pyarrow's file systems."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from pyarrow import fs


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
