"""What admins did, and the work that runs for them in the background."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ActQuerySet(models.QuerySet["Act"]):
    def on(self, model: type[models.Model], object_id: object) -> ActQuerySet:
        return self.filter(model=model._meta.label_lower, object_id=str(object_id))

    def newest_first(self) -> ActQuerySet:
        return self.select_related("actor").order_by("-id")


class Act(models.Model):
    """One act in the admin on one object. Append-only: a trigger refuses UPDATE and DELETE."""

    class Kind(models.TextChoices):
        ADD = "add", _("added")
        CHANGE = "change", _("changed")
        DELETE = "delete", _("deleted")
        ACTION = "action", _("acted on")
        REFUSED = "refused", _("refused")

    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    address = models.CharField(_("address"), max_length=45)
    kind = models.CharField(_("act"), max_length=8, choices=Kind.choices)
    verb = models.CharField(_("action"), max_length=80, blank=True)
    model = models.CharField(_("object kind"), max_length=80)
    object_id = models.CharField(_("object id"), max_length=80, blank=True)
    label = models.CharField(_("object"), max_length=200, blank=True, help_text=_("What it was called then."))
    note = models.CharField(
        _("note"), max_length=500, blank=True, help_text=_("The reason given, or why it was refused.")
    )
    changes = models.JSONField(
        _("changes"), default=dict, encoder=DjangoJSONEncoder, help_text=_("By field: what stood before and after.")
    )

    objects = ActQuerySet.as_manager()

    class Meta:
        verbose_name = _("admin act")
        verbose_name_plural = _("admin acts")
        indexes = [
            models.Index("model", "object_id", F("id").desc(), name="act_object"),
            models.Index("actor", F("id").desc(), name="act_actor"),
            models.Index(F("at").desc(), name="act_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.label or self.verb}"


class Run(models.Model):
    """Work for an admin that a worker does, and how far it is. The row is the truth; a bell says only that it waits."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a worker")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    UNFINISHED = (State.WAITING, State.RUNNING)
    TASK: str  # where the Celery task is that works on rows of this table, by id

    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    step = models.CharField(_("step"), max_length=80, blank=True, editable=False)
    done = models.BigIntegerField(_("rows done"), default=0, editable=False)
    total = models.BigIntegerField(_("rows in all"), null=True, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def unfinished(self) -> bool:
        return self.state in self.UNFINISHED
