"""Two people edited one version."""

from __future__ import annotations

from typing import Any

from community.forum.models import Comment, Post


class EditConflict(ValueError):
    """The version that was edited is no longer the newest; `current` is what stands now."""

    def __init__(self, current: Post | Comment) -> None:
        super().__init__(f"{current!r} is at version {current.version}")
        self.current: Any = current  # whichever of the two was edited
