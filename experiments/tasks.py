"""The tasks of the experiments floor, where Celery looks for them. Those named `flags.*` do not wait for analytics."""

from celery import shared_task

from experiments import publishing


@shared_task(name="flags.sweep")
def sweep_flags() -> None:
    """Every five seconds."""
    publishing.sweep()


@shared_task(name="flags.publish_all")
def publish_all_flags() -> None:
    publishing.publish_all()


@shared_task(name="experiments.preview")
def preview_metric(pk: int) -> None:
    from experiments.metrics import previewing  # noqa: PLC0415 - it rings this task

    previewing.run(pk)
