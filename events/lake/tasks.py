"""The work on the lake, on the queue `analytics`. It is imported where it is done: pyarrow and DuckDB are heavy."""

from celery import shared_task

# A month of millions of events is not merged within the time of other tasks, nor within the broker's
# visibility_timeout, after which a message that was not acknowledged is given to another worker too.
HOUR = 3600


@shared_task(name="lake.seal", time_limit=HOUR, acks_late=False)
def seal() -> None:
    """Every minute, from the beat."""
    from events.lake import background  # noqa: PLC0415 - heavy, here and below

    background.seal()


@shared_task(name="lake.compact", time_limit=HOUR, acks_late=False)
def compact() -> None:
    """Every hour, from the beat."""
    from events.lake import background  # noqa: PLC0415

    background.compact()


@shared_task(name="lake.cool", time_limit=HOUR, acks_late=False)
def cool() -> None:
    """Every night, from the beat."""
    from events.lake import background  # noqa: PLC0415

    background.cool()
