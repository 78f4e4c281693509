"""The tests' settings for a worker process beside them: their database, their Redis keys, their mail server."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES

DATABASES["default"]["NAME"] = os.environ["CHAOS_DATABASE"]
REDIS_PREFIX = os.environ["CHAOS_REDIS_PREFIX"]
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": REDIS_PREFIX}
CELERY_BEAT_SCHEDULE = {"notifications.sweep": {"task": "notifications.sweep", "schedule": 2}}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS = "127.0.0.1", int(os.environ["CHAOS_MAIL_PORT"]), False
