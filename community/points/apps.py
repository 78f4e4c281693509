from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PointsConfig(AppConfig):
    name = "community.points"
    verbose_name = _("Points")

    def ready(self) -> None:
        from community.points import receivers  # noqa: F401, PLC0415 (models are loaded only now)
