"""What an import has brought goes to the lake at once."""

from __future__ import annotations

import logging

MANY = 100_000  # events; fewer are read out of PostgreSQL in no time until the worker's next run

logger = logging.getLogger(__name__)


def seal_many(events: int) -> None:
    """After the import's commit. It has succeeded, whatever becomes of this: the next run finds what is left."""
    if events < MANY:
        return
    from events.lake import background  # noqa: PLC0415 - pyarrow and DuckDB are heavy

    try:
        background.seal()
    except Exception:
        logger.exception("what was imported is not sealed yet")
