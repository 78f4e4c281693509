"""The site's settings with what a test process needs of its own: cheap passwords, kept mail, its own Redis keys."""

import os
import uuid

from config.settings import *  # noqa: F403
from config.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, MIDDLEWARE, STORAGES, VAR_DIR

RUN = uuid.uuid4().hex[:10]

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
SITE_URL = "http://testserver"
MEDIA_ROOT = VAR_DIR / "test-media" / RUN
LAKE_URL = str(VAR_DIR / "test-lake" / RUN)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "community.api.programs.server.SecretHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False
KEEP_PAGES = False  # a test's acts are not committed, so nothing would tell that a page is old
RATE_LIMITS = False

METRICS_DIR = VAR_DIR / "test-metrics" / RUN
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR / "web")

# A live server's threads end with their request's connection closed, so that their database can be replaced.
DATABASES["default"]["CONN_MAX_AGE"] = 0

# Test processes share one Redis; each sees only keys of its own.
REDIS_PREFIX = f"fwt-{RUN}:"
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": REDIS_PREFIX}

# Static files come from their sources, uncollected.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]
