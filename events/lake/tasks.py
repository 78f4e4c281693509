"""The work on the lake, on the queue `analytics`. It is imported where it is done: pyarrow and DuckDB are heavy."""

from celery import shared_task

HOUR = 3600  # a month of millions of events is not merged within the time of other tasks


@shared_task(name="lake.seal", time_limit=HOUR)
def seal() -> None:
    """Every minute, from the beat."""
    from events.lake import background  # noqa: PLC0415 - heavy, here and below

    background.seal()


@shared_task(name="lake.compact", time_limit=HOUR)
def compact() -> None:
    """Every hour, from the beat."""
    from events.lake import background  # noqa: PLC0415

    background.compact()


@shared_task(name="lake.cool", time_limit=HOUR)
def cool() -> None:
    """Every night, from the beat."""
    from events.lake import background  # noqa: PLC0415

    background.cool()
