from celery import shared_task

from community.imports import runs


@shared_task(name="imports.run", time_limit=24 * 3600)
def run(pk: int) -> None:
    """A large dump takes hours; the message may come twice meanwhile, and then finds the run taken."""
    runs.work(pk)
