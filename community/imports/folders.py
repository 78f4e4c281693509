"""The folders that an admin may import: those directly below settings.IMPORTS_DIR, by name, and nothing else."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from community.imports.stackexchange.files import POSTS

MOST = 200


def names() -> list[str]:
    """Of the folders that hold a dump, in order. Symbolic links are not followed: what is offered lies there."""
    root: Path = settings.IMPORTS_DIR
    if not root.is_dir():
        return []
    found = (path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
    return sorted(path.name for path in found if (path / POSTS.name).is_file())[:MOST]


def path_of(name: str) -> Path:
    """FileNotFoundError where no such folder is offered (any more)."""
    if name not in names():
        raise FileNotFoundError(name)
    return settings.IMPORTS_DIR / name
