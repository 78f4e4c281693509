"""How an import tells what it is at."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from tqdm import tqdm


class Progress(Protocol):
    def __call__(self, what: str, rows: int = 0, *, total: int | None = None) -> None:
        """At `what` now; `rows` more are done, of `total` where that has become known."""


@contextmanager
def bar(*, unit: str = " rows", **options: Any) -> Iterator[Progress]:
    """A bar on stderr, which appears with the first that is told; `options` are tqdm's."""
    shown: tqdm | None = None

    def advance(what: str, rows: int = 0, *, total: int | None = None) -> None:
        nonlocal shown
        if shown is None:
            shown = tqdm(total=total, unit=unit, file=sys.stderr, **options)
        shown.set_description(what, refresh=rows == 0)
        shown.update(rows)

    try:
        yield advance
    finally:
        if shown is not None:
            shown.close()
