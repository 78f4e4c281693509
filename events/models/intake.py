"""What came in from outside: which events came already, and how many of each kind were taken or refused.

Sources and outcomes of `IntakeCount`, by day of arrival:

    server       `seen`: pages that the site has shown to people, counted as they leave; `bot`, `do_not_track`,
                 `no_consent`: to readers who are not observed, all under the name `page_viewed`.
                 `written`: exposures, under their name
    beacon, api, import
                 `written`, beside it how late: `late_1h` (an hour to a day after the act), `late_1d` (to 7 days),
                 `late_7d` (more); within the hour there is no second count.
                 Refused: `unknown_name`, `bad_event`, `bad_time`, `future`, `too_late`, `bad_object`, `bad_value`,
                 `bad_property`, `personal_data`, `not_yours` (a name that another program has declared), `bad_unit`
                 Left out: `bot`, `do_not_track`, `no_consent`
                 `duplicate`: came again under its id, and was not written again
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import connection, models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

LATE = ("late_1h", "late_1d", "late_7d")
LEFT_OUT = ("bot", "do_not_track", "no_consent")
REFUSED = (
    "unknown_name",
    "bad_event",
    "bad_time",
    "future",
    "too_late",
    "bad_object",
    "bad_value",
    "bad_property",
    "personal_data",
    "not_yours",
    "bad_unit",
)
FROM_OUTSIDE = ("beacon", "api", "import")

_ADD = """
INSERT INTO events_intakecount (day, source, name, outcome, count)
SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[]) ORDER BY 1, 2, 3, 4
ON CONFLICT (day, source, name, outcome) DO UPDATE SET count = events_intakecount.count + excluded.count
"""


class Receipt(models.Model):
    """One per event with a client id, so that the same one is written once (a hash of who sends it and its id)."""

    key = models.UUIDField(primary_key=True)
    until = models.DateTimeField(_("kept until"), null=True, help_text=_("Empty: for ever."))

    class Meta:
        verbose_name = _("receipt of an event")
        verbose_name_plural = _("receipts of events")
        indexes = [models.Index("until", name="receipt_until", condition=models.Q(until__isnull=False))]

    def __str__(self) -> str:
        return str(self.key)


class IntakeCountQuerySet(models.QuerySet["IntakeCount"]):
    def between(self, first: date, last: date) -> IntakeCountQuerySet:
        """Of these days, both with."""
        return self.filter(day__gte=first, day__lte=last)

    def volume(self) -> IntakeCountQuerySet:
        """Rows of (day, name, count): events written, by name."""
        return self._summed("day", "name", outcome__in=["written"], source__in=FROM_OUTSIDE)

    def unknown_names(self) -> IntakeCountQuerySet:
        """Rows of (name, source, count): what was sent and nobody has declared, the most frequent first."""
        return self._summed("name", "source", outcome__in=["unknown_name"]).order_by("-total", "name")  # type: ignore[misc]

    def refused(self) -> IntakeCountQuerySet:
        """Rows of (day, outcome, count): refusals by reason."""
        return self._summed("day", "outcome", outcome__in=REFUSED)

    def lateness(self) -> IntakeCountQuerySet:
        """Rows of (source, outcome, count): how late what was written came."""
        return self._summed("source", "outcome", outcome__in=LATE)

    def duplicates(self) -> IntakeCountQuerySet:
        """Rows of (day, source, count)."""
        return self._summed("day", "source", outcome__in=["duplicate"])

    def left_out(self) -> IntakeCountQuerySet:
        """Rows of (day, outcome, count): what readers who are not observed would have sent."""
        return self._summed("day", "outcome", outcome__in=LEFT_OUT, source="beacon")

    def page_views(self) -> IntakeCountQuerySet:
        """Rows of (day, source, outcome, count): `server`/`seen` is what `beacon`/`written` should come near."""
        of_pages = self.filter(name="page_viewed", source__in=["server", "beacon"])
        return of_pages._summed("day", "source", "outcome", outcome__in=["seen", "written", *LEFT_OUT])

    def _summed(self, *by: str, **wanted: object) -> IntakeCountQuerySet:
        return self.filter(**wanted).values(*by).annotate(total=Sum("count")).order_by(*by)  # type: ignore[return-value]

    def add(self, counts: Mapping[tuple[date, str, str, str], int]) -> None:
        """Add numbers of (day, source, name, outcome), in one order whoever adds, so that no two writers lock up."""
        if counts:
            columns = [list(column) for column in zip(*counts, strict=True)]
            with connection.cursor() as cursor:
                cursor.execute(_ADD, [*columns, list(counts.values())])


class IntakeCount(models.Model):
    """Counters by day of what was done with events from outside; `outcome` is `written` or why it was not."""

    day = models.DateField(_("day"), help_text=_("Of arrival, UTC."))
    source = models.CharField(_("source"), max_length=20, help_text=_("beacon, api, server or import"))
    name = models.CharField(_("name"), max_length=40, blank=True)
    outcome = models.CharField(_("outcome"), max_length=30)
    count = models.BigIntegerField(_("count"), default=0)

    objects = IntakeCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of intake")
        verbose_name_plural = _("counts of intake")
        constraints = [models.UniqueConstraint("day", "source", "name", "outcome", name="intake_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.source} {self.name} {self.outcome}: {self.count}"
