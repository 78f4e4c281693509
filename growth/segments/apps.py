from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "growth.segments"
    label = "segments"
    verbose_name = _("Segments")

    def ready(self) -> None:
        from growth.reports.forms import offer_segments  # noqa: PLC0415 - once the apps are there
        from growth.reports.kinds import register  # noqa: PLC0415
        from growth.segments.kind import SegmentKind  # noqa: PLC0415
        from growth.segments.models import Segment  # noqa: PLC0415
        from growth.segments.timeline.kind import TimelineKind  # noqa: PLC0415

        offer_segments(lambda: list(Segment.objects.values_list("key", "name")))
        register(SegmentKind())
        register(TimelineKind())
