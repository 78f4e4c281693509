"""The Celery app. PostgreSQL rows are the truth of all work; a message is only a doorbell."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("flywheel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def make_room(**signal: Any) -> None:
    """beat keeps its schedule in a file, whose folder it does not make."""
    Path(app.conf.beat_schedule_filename).parent.mkdir(parents=True, exist_ok=True)
