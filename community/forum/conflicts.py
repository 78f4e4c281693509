"""Two people edited one version."""

from __future__ import annotations

from typing import Generic, TypeVar

from community.forum.models import Comment, Post

Edited = TypeVar("Edited", Post, Comment)


class EditConflict(ValueError, Generic[Edited]):
    """The version that was edited is no longer the newest; `current` is what stands now."""

    def __init__(self, current: Edited) -> None:
        super().__init__(f"{current!r} is at version {current.version}")
        self.current = current
