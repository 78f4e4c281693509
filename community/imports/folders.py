"""What an admin may import: what lies directly below settings.IMPORTS_DIR, by name, and nothing else."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from community.imports.stackexchange.files import POSTS

BACKUPS = (".tar.gz", ".sql.gz", ".sql")  # of Discourse
MOST = 200


def names() -> list[str]:
    """Folders with a Stack Exchange dump and files that may be Discourse backups, in order.

    Symbolic links are not followed: what is offered lies there.
    """
    root: Path = settings.IMPORTS_DIR
    found = root.iterdir() if root.is_dir() else ()
    return sorted(path.name for path in found if not path.is_symlink() and _may_be_imported(path))[:MOST]


def path_of(name: str) -> Path:
    """FileNotFoundError where no such folder or file is offered (any more)."""
    if name not in names():
        raise FileNotFoundError(name)
    return settings.IMPORTS_DIR / name


def _may_be_imported(path: Path) -> bool:
    return (path / POSTS.name).is_file() if path.is_dir() else path.name.endswith(BACKUPS)
