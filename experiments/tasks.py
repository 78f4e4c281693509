"""The tasks of the experiments floor, where Celery looks for them. Those named `flags.*` do not wait for analytics."""

from celery import shared_task

from experiments import publishing
from experiments.loop import realising

HOUR = 3600  # a pass over a hundred million exposures is not done within the time of other tasks
CALIBRATING = "experiments.calibration.running"  # in the cache, while it runs: since when


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


@shared_task(name="experiments.realise")
def realise_insights() -> None:
    """Once a day."""
    realising.fill()


@shared_task(name="experiments.refresh", time_limit=HOUR, acks_late=False)
def refresh_results() -> None:
    """Every ten minutes, and when somebody asks."""
    from experiments.measuring import background  # noqa: PLC0415 - heavy, here and below

    background.refresh_by_the_clock()


@shared_task(name="experiments.check_refresh", time_limit=HOUR, acks_late=False)
def check_results() -> None:
    """Every night."""
    from experiments.measuring import background  # noqa: PLC0415

    background.check_by_night()


@shared_task(name="experiments.digest")
def digest() -> None:
    """Every morning; a second bell on the same day writes no second letters."""
    from experiments.report import news  # noqa: PLC0415 - what is about reports is not loaded with the web's tasks

    news.digest()


@shared_task(name="experiments.rollouts")
def look_at_rollouts() -> None:
    """Every minute."""
    from experiments.rollouts import looking  # noqa: PLC0415 - it imports the statistics

    looking.look_at_all()


@shared_task(name="experiments.calibrate", time_limit=HOUR, acks_late=False)
def calibrate() -> None:
    """Every night, and when somebody asks."""
    from experiments.calibration import replaying  # noqa: PLC0415

    replaying.calibrate()
