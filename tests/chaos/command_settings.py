"""The tests' settings for a command that runs beside them: their database, their Redis keys."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, LAKE_URL

DATABASES["default"]["NAME"] = os.environ["CHAOS_DATABASE"]
REDIS_PREFIX = os.environ["CHAOS_REDIS_PREFIX"]
LAKE_URL = os.environ.get("CHAOS_LAKE", LAKE_URL)
EVENT_READERS: list[str] = []
