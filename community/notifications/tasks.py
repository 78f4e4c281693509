from celery import shared_task

from community.notifications import sending


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Send every mail that is due. Rung by `tell` after its commit and by the beat for what no bell rang for."""
    sending.send_due()
