"""The doorbell: tell a Celery worker that rows are waiting, once they are committed."""

import logging

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring(task: Task, *ids: int) -> None:
    """Send `task(*ids)` after the commit, best effort.

    The rows are the truth of the work and a sweeper finds those for which no bell rang, so a fault (Redis away) is
    logged, costs at most the broker's short time-outs, and never reaches the verb that rang.
    """

    def send() -> None:
        try:
            task.apply_async(args=ids, retry=False)
        except OperationalError as error:
            logger.warning("no bell for %s%s: %s", task.name, ids, error)

    transaction.on_commit(send, robust=True)
