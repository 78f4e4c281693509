from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrialsConfig(AppConfig):
    name = "growth.trials"
    label = "trials"
    verbose_name = _("Experiments, looked into")

    def ready(self) -> None:
        from growth.reports.kinds import register  # noqa: PLC0415 - once the apps are there
        from growth.trials.balance import Balance  # noqa: PLC0415
        from growth.trials.composition import Composition  # noqa: PLC0415
        from growth.trials.groups import Groups  # noqa: PLC0415
        from growth.trials.overlap import Overlap  # noqa: PLC0415
        from growth.trials.unit import Unit  # noqa: PLC0415

        for kind in (Groups, Composition, Balance, Unit, Overlap):
            register(kind())
