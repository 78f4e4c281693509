"""The ledger of points, the rules behind it and what is derived from it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.desk.models import Run

SITE = "site"  # the scope of the whole site's boards
JOINED = "joined"  # the rule of the point that every member starts with


class RuleSet(models.Model):
    """A named set of rules; exactly one is active."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    active = models.BooleanField(_("active"), default=False)

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        ordering = ["name"]
        constraints = [models.UniqueConstraint("active", condition=Q(active=True), name="one_active_rule_set")]

    def __str__(self) -> str:
        return self.name


class RuleQuerySet(models.QuerySet["Rule"]):
    def active(self) -> RuleQuerySet:
        return self.filter(set__active=True)

    def newest(self) -> RuleQuerySet:
        """The versions that hold: of each set and name the last."""
        later = Rule.objects.filter(set=OuterRef("set"), name=OuterRef("name"), version__gt=OuterRef("version"))
        return self.filter(~Exists(later))


class Rule(models.Model):
    """One version of one rule, never edited (a trigger refuses): a change is a new row, and the newest holds."""

    set = models.ForeignKey(RuleSet, models.CASCADE, related_name="rules", verbose_name=_("rule set"))
    name = models.SlugField(_("name"), max_length=40)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    points = models.IntegerField(_("points"), help_text=_("May be negative; 0 switches the rule off."))
    pool = models.SlugField(
        _("pool"), max_length=20, blank=True, help_text=_("Rules of one pool share its daily cap. Empty: not capped.")
    )
    cap = models.PositiveIntegerField(
        _("daily cap"), null=True, blank=True, help_text=_("The most points of the pool in a day.")
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        constraints = [
            models.UniqueConstraint("set", "name", "version", name="rule_version"),
            models.CheckConstraint(
                condition=(Q(pool="") & Q(cap__isnull=True)) | (~Q(pool="") & Q(cap__isnull=False) & Q(points__gte=0)),
                name="rule_cap_with_pool",
                violation_error_message=_("A capped rule has a pool, a cap and points that are not negative."),
            ),
            # The all-time board is the balance less this point, so it is the same for everyone.
            models.CheckConstraint(
                condition=~Q(name=JOINED) | Q(points=1, pool=""),
                name="rule_joined_is_one",
                violation_error_message=_("Every member starts with one point."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def awards(self) -> EntryQuerySet:
        return self.filter(reversal_of=None)

    def standing(self) -> EntryQuerySet:
        """Awards that nothing has reversed."""
        return self.awards().filter(reversal=None)

    def in_family(self, key: str) -> EntryQuerySet:
        """The awards under a key: `key`, and `key#2`, `key#3` … given after a reversal."""
        return self.awards().filter(Q(key=key) | Q(key__startswith=f"{key}#"))

    def with_undone(self) -> EntryQuerySet:
        return self.annotate(undone=Exists(Entry.objects.filter(reversal_of=OuterRef("pk"))))

    def of_pool(self, member_id: int, day: object, pool: str) -> EntryQuerySet:
        return self.filter(member=member_id, day=day, pool=pool)

    def for_member_page(self) -> EntryQuerySet:
        return self.select_related("rule", "reversal_of").with_undone()


class Entry(models.Model):
    """A line of the ledger: append-only (a trigger refuses UPDATE and DELETE)."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="entries", verbose_name=_("member")
    )
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="entries", verbose_name=_("rule"))
    raw = models.IntegerField(_("before the cap"), help_text=_("What the rule gives, before any cap."))
    granted = models.IntegerField(_("granted"), help_text=_("What the member gets."))
    pool = models.CharField(_("pool"), max_length=20, blank=True)
    source_kind = models.CharField(_("source kind"), max_length=20)
    source_id = models.BigIntegerField(_("source id"))
    scopes = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("boards"),
        default=list,
        help_text=_("Boards it counts on beside the site's: tag:7."),
    )
    day = models.DateField(
        _("day"), help_text=_("The day, in the site's time zone, whose caps and boards it counts for.")
    )
    at = models.DateTimeField(_("when"), default=timezone.now, help_text=_("The time of the act."))
    recorded_at = models.DateTimeField(db_default=Now(), editable=False, help_text=_("When the line was written."))
    reversal_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reversal of")
    )
    key = models.CharField(_("key"), max_length=100, help_text=_("What can happen once has one key."))

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("points entry")
        verbose_name_plural = _("points entries")
        constraints = [
            # This operator class serves `=` and the prefix look-up of a key's family with one index.
            models.UniqueConstraint(OpClass("key", name="varchar_pattern_ops"), name="entry_key"),
        ]
        indexes = [
            models.Index("member", F("id").desc(), name="entry_member"),
            models.Index("member", "day", "pool", name="entry_pool_day", condition=~Q(pool="")),
            models.Index("source_kind", "source_id", name="entry_source"),
            BrinIndex("recorded_at", name="entry_recorded", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}: {self.granted:+d}"


class PointsDay(models.Model):
    """Points that count on boards, per member, day and scope (`site`, `category:3`, `tag:7`). Derived."""

    pk = models.CompositePrimaryKey("scope", "day", "member")
    scope = models.CharField(max_length=40)
    day = models.DateField()
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    points = models.IntegerField()

    class Meta:
        indexes = [models.Index("member", "scope", "day", name="pointsday_member")]

    def __str__(self) -> str:
        return f"{self.scope} {self.day}: {self.points}"


class Habit(models.Model):
    """What the rules of streaks and of reading remember of a member: one row each, nothing to prune."""

    member = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    active_day = models.DateField(null=True)
    streak = models.PositiveIntegerField(default=0, help_text=_("Days in a row up to active_day."))
    read_day = models.DateField(null=True)
    read_topics = ArrayField(models.BigIntegerField(), default=list, help_text=_("The first five of read_day."))

    def __str__(self) -> str:
        return f"{self.member_id}: {self.streak}"


class Privilege(models.Model):
    """What a member may do from how many points on."""

    name = models.SlugField(_("name"), max_length=40, primary_key=True)
    points = models.PositiveIntegerField(_("points"))

    class Meta:
        verbose_name = _("privilege")
        verbose_name_plural = _("privileges")
        ordering = ["points", "name"]

    def __str__(self) -> str:
        return self.name


class Chore(Run):
    """What an admin has done over the whole ledger: a preview of a rule, boards built anew, the proof of all points."""

    class Kind(models.TextChoices):
        PREVIEW = "preview", _("preview of a rule")
        REBUILD = "rebuild", _("boards built anew")
        VERIFY = "verify", _("proof of all points")

    TASK = "community.points.tasks.chore"

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    rule = models.ForeignKey(
        Rule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rule"),
        help_text=_("The version that a preview would replace."),
    )
    terms = models.JSONField(default=dict, help_text=_("Of a preview: points, pool and cap as proposed."))
    became = models.ForeignKey(
        Rule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("became"),
        help_text=_("The version that was made of the proposal."),
    )
    result = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("run over all points")
        verbose_name_plural = _("runs over all points")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="preview", rule__isnull=False) | (~Q(kind="preview") & Q(rule=None, became=None)),
                name="chore_preview_has_a_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
