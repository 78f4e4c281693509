"""The tests' settings for a worker process beside them: their database, Redis keys and receiver of webhooks."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES

DATABASES["default"]["NAME"] = os.environ["CHAOS_DATABASE"]
REDIS_PREFIX = os.environ["CHAOS_REDIS_PREFIX"]
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": REDIS_PREFIX}
CELERY_BEAT_SCHEDULE = {"webhooks.sweep": {"task": "webhooks.sweep", "schedule": 0.5}}
WEBHOOK_ALLOWED_HOSTS = [os.environ["CHAOS_RECEIVER"]]
