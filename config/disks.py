"""Uploads in a folder of this machine."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class DiskStorage(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        """A file that no longer fits leaves nothing behind: half a picture would be served for ever, and take room."""
        path = Path(self.path(name))
        stood = path.exists()  # somebody else's, put there a moment ago
        try:
            return super()._save(name, content)  # type: ignore[misc]
        except OSError:
            if not stood:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            raise
