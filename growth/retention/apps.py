from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    name = "growth.retention"
    label = "retention"
    verbose_name = _("Retention")

    def ready(self) -> None:
        from growth.reports.kinds import register  # noqa: PLC0415 (apps are ready now)
        from growth.retention.active_members import ActiveMembers  # noqa: PLC0415
        from growth.retention.cohorts.kind import Retention  # noqa: PLC0415
        from growth.retention.funnels.kind import Funnel  # noqa: PLC0415
        from growth.retention.lifecycle import Lifecycle  # noqa: PLC0415
        from growth.retention.metrics import EverydayMetrics  # noqa: PLC0415
        from growth.retention.quality.kind import Quality  # noqa: PLC0415
        from growth.retention.selfcheck import SelfCheck  # noqa: PLC0415
        from growth.retention.stickiness import Stickiness  # noqa: PLC0415

        counted = (Retention, Funnel, Lifecycle, Stickiness, ActiveMembers, EverydayMetrics)
        for kind in (*counted, SelfCheck, Quality):
            register(kind())
