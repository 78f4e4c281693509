"""How an import tells what it is at."""

from typing import Protocol


class Progress(Protocol):
    def __call__(self, what: str, rows: int = 0, *, total: int | None = None) -> None:
        """At `what` now; `rows` more are done, of `total` where that has become known."""
