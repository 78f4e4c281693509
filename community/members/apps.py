from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "community.members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from community.members import receivers  # noqa: F401, PLC0415 (connects them)
