"""The manifest of the lake: which files hold which events. A file that is not named here is rubbish."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.models.event import TransactionId


class SealQuerySet(models.QuerySet["Seal"]):
    def end(self) -> int:
        """Events of transactions before it are in the lake; 0 where nothing was sealed."""
        return int(self.order_by("-tx_hi").values_list("tx_hi", flat=True).first() or 0)


class Seal(models.Model):
    """All events of the transactions in [tx_lo, tx_hi), written to the lake: a set that is closed for ever."""

    tx_lo = TransactionId(unique=True)
    tx_hi = TransactionId(unique=True)
    rows = models.BigIntegerField(_("rows"))
    sealed_at = models.DateTimeField(_("sealed"))

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = [models.CheckConstraint(condition=Q(tx_lo__lt=F("tx_hi")), name="seal_goes_forward")]

    def __str__(self) -> str:
        return f"[{self.tx_lo}, {self.tx_hi})"


class LakeServer(models.Model):
    """The server by whose count of transactions events were sealed; another's count says nothing of them, whatever
    it has reached. One row, id 1, written with each seal."""

    identifier = models.CharField(max_length=20)  # PostgreSQL's system_identifier
    last_id = models.BigIntegerField()  # no sealed event has a greater one, and all that are begun later have

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_lake_server")]

    def __str__(self) -> str:
        return self.identifier


class LakeFileQuerySet(models.QuerySet["LakeFile"]):
    def standing(self) -> LakeFileQuerySet:
        """Those that together hold every sealed event once."""
        return self.filter(retired_at=None)


class LakeFile(models.Model):
    """One Parquet file, sorted by (person, epoch_us, id); it never changes. Retired ones wait to be unlinked."""

    class Level(models.IntegerChoices):
        SEALED = 0, _("sealed")
        DAY = 1, _("of a day")
        MONTH = 2, _("of a month")

    path = models.CharField(_("path"), max_length=200, unique=True, help_text=_("Below the lake's address."))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    month = models.DateField(_("month"), help_text=_("Its first day, UTC; all events of the file are of it."))
    tx_lo = TransactionId()
    tx_hi = TransactionId()
    rows = models.BigIntegerField(_("rows"))
    bytes = models.BigIntegerField(_("bytes"))
    person_min = models.BigIntegerField()
    person_max = models.BigIntegerField()
    us_min = models.BigIntegerField()
    us_max = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    links_hi = TransactionId(help_text=_("Links of visitors before it are resolved in the column person."))
    made_at = models.DateTimeField(_("made"))
    retired_at = models.DateTimeField(_("retired"), null=True)

    objects = LakeFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of the lake")
        verbose_name_plural = _("files of the lake")
        constraints = [
            models.CheckConstraint(condition=Q(rows__gt=0), name="lake_file_is_not_empty"),
            models.CheckConstraint(condition=Q(month__day=1), name="lake_file_of_a_month"),
        ]
        indexes = [models.Index("month", name="lake_file_standing", condition=Q(retired_at=None))]

    def __str__(self) -> str:
        return self.path


class LakeDay(models.Model):
    """What PostgreSQL held of one UTC day before it was left to the lake alone: with the rows that PostgreSQL still
    holds it makes what the files must hold, as verify_lake proves."""

    day = models.DateField(_("day"), primary_key=True)
    rows = models.BigIntegerField(_("rows"))
    checksum = models.DecimalField(
        _("checksum"), max_digits=40, decimal_places=0, help_text=_("The sum of the hashes of its rows.")
    )

    class Meta:
        verbose_name = _("day of the lake")
        verbose_name_plural = _("days of the lake")

    def __str__(self) -> str:
        return f"{self.day}: {self.rows}"
