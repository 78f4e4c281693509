from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from config import sentry, tasks_seen


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = _("Flywheel")

    def ready(self) -> None:
        tasks_seen.listen()
        if settings.SENTRY_DSN:
            sentry.start(settings.SENTRY_DSN)
