from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForumConfig(AppConfig):
    name = "community.forum"
    verbose_name = _("Forum")

    def ready(self) -> None:
        from community.forum import receivers  # noqa: F401, PLC0415 (models are loaded only now)
