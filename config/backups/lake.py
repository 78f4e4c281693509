"""The files of the lake between their place and a backup. Those in a bucket stay where they are."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from config.backups import manifest
from config.backups.manifest import LAKE, Checksum
from events.lake import lock, store
from events.models import LakeFile


@contextmanager
def still() -> Iterator[None]:
    """Nothing is sealed, merged or unlinked meanwhile."""
    with lock.holding(wait=True):
        yield


def paths() -> list[str]:
    """Of the files that stand, by the manifest of this moment."""
    return list(LakeFile.objects.standing().order_by("path").values_list("path", flat=True)) if store.is_local() else []


def fetch(paths: Iterable[str], growing: Path) -> dict[str, Checksum]:
    """Copy them to the backup."""
    copied = {}
    for path in tqdm(paths, desc="lake", unit="", disable=None):
        target = growing / LAKE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(store.located(path), target)
        copied[f"{LAKE}{path}"] = manifest.checksum(target)
    return copied


def put(names: Iterable[str], directory: Path) -> None:
    """Copy them to where the lake is now. Names follow content, so one of that size is the same."""
    for name in tqdm(names, desc="lake", unit="", disable=None):
        path, source = name.removeprefix(LAKE), directory / name
        if store.size(path) != source.stat().st_size:
            made = store.scratch()
            shutil.copyfile(source, made)
            store.place(made, path)
