"""Who takes part: members, the badges they earn, and the fields of imported rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.indexes import OpClass
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Lower, Now, Upper
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.members.names import USERNAME
from community.paths import path_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Imported(models.Model):
    """A row that may come from another system, once: (imported_from, imported_id) is its idempotency key."""

    imported_from = models.CharField(max_length=60, null=True, blank=True, editable=False)  # noqa: DJ001 (null = ours)
    imported_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @staticmethod
    def unique(name: str) -> models.UniqueConstraint:
        return models.UniqueConstraint(
            "imported_from", "imported_id", name=f"{name}_imported_once", condition=Q(imported_from__isnull=False)
        )


class MemberQuerySet(models.QuerySet["Member"]):
    def active(self) -> MemberQuerySet:
        return self.filter(is_active=True)

    def ranked(self) -> MemberQuerySet:
        """Those whom a leaderboard may show."""
        return self.filter(Member.may_rank(timezone.now()))

    def named(self, username: str) -> MemberQuerySet:
        return self.alias(lower=Lower("username")).filter(lower=username.lower())

    def starting_with(self, text: str) -> MemberQuerySet:
        return self.alias(lower=Lower("username")).filter(lower__startswith=text.lower())

    def listed_for(self, viewer: Member | AnonymousUser) -> MemberQuerySet:
        """Whom lists of recent activity show: not those who keep theirs from people who are not signed in."""
        return self.active() if viewer.is_authenticated else self.active().filter(profile_public=True)

    def for_list(self) -> MemberQuerySet:
        return self.only(*Member.BYLINE, "location", "seen_at", "date_joined").annotate(lower=Lower("username"))

    def for_byline(self) -> MemberQuerySet:
        return self.only(*Member.BYLINE)

    def lock(self, ids: Iterable[int | None]) -> dict[int, Member]:
        """Lock these members in id order, before any other row, so that no two verbs deadlock."""
        rows = self.filter(pk__in={pk for pk in ids if pk}).order_by("pk").select_for_update(no_key=True)
        return {row.pk: row for row in rows}


class MemberManager(UserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Lower-case throughout, as allauth keeps and seeks addresses."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> Member:
        return self.named(username or "").get()


class Member(Imported, AbstractUser):
    class Theme(models.TextChoices):
        AUTO = "auto", _("Like my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    BYLINE = ("id", "username", "display_name", "avatar", "points", "is_moderator", "is_active")

    CHANGED_IN_SQL = frozenset({"points_total", "seen_at", "read_before"})

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    username = models.CharField(_("username"), max_length=40, validators=[USERNAME])
    email = models.EmailField(_("e-mail"), blank=True)
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    bio = models.TextField(_("about me"), max_length=4000, blank=True)
    bio_html = models.TextField(blank=True, editable=False)
    location = models.CharField(_("location"), max_length=100, blank=True)
    website = models.URLField(_("website"), blank=True)
    avatar = models.ImageField(_("picture"), upload_to="avatars/%Y/%m/", blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    on_boards = models.BooleanField(_("show me on leaderboards"), default=True)
    profile_public = models.BooleanField(_("show my activity to people who are not signed in"), default=True)
    email_notifications = models.BooleanField(_("send me e-mail about answers and mentions"), default=True)
    muted_kinds = models.JSONField(_("notifications I do not want"), default=list, blank=True)
    is_moderator = models.BooleanField(_("moderator"), default=False)
    suspended_until = models.DateTimeField(_("suspended until"), null=True, blank=True)
    suspension_reason = models.CharField(_("reason of the suspension"), max_length=500, blank=True)
    seen_at = models.DateTimeField(
        _("last visit"),
        default=timezone.now,
        db_default=Now(),
        editable=False,
        help_text=_("The last visit, to the hour."),
    )
    read_before = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("Topics without activity since then count as read.")
    )
    points_total = models.IntegerField(default=0, editable=False, help_text=_("The sum of the ledger, unfloored."))
    points = models.GeneratedField(
        verbose_name=_("points"),
        expression=Greatest(F("points_total"), 1),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    REQUIRED_FIELDS = ["email"]
    objects = MemberManager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                Lower("username"), name="member_username", violation_error_message=_("This name is taken.")
            ),
            Imported.unique("member"),
        ]
        indexes = [
            models.Index(OpClass(Lower("username"), name="text_pattern_ops"), name="member_username_prefix"),
            models.Index("points_total", "id", name="member_points"),
            models.Index(F("date_joined").desc(), F("id").desc(), name="member_joined"),
            models.Index(F("seen_at").desc(), F("id").desc(), name="member_seen"),
            # The forms in which allauth and Django look for whoever signs in.
            models.Index(Upper("username"), name="member_username_upper"),
            models.Index("email", name="member_email", condition=~Q(email="")),
            models.Index(OpClass(Upper("display_name"), name="text_pattern_ops"), name="member_display_prefix"),
        ]

    # How a member signs up, for their `signed_up` event; whoever makes members otherwise says so before saving.
    signs_up_by = "direct"

    def __str__(self) -> str:
        return self.display_name or self.username if self.is_active else gettext("former member")

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is None and not self._state.adding:
            # Django, allauth and the admin save whole members; a balance that moved meanwhile must not move back.
            ours = {field.name for field in self._meta.concrete_fields if not field.generated and not field.primary_key}
            update_fields = ours - self.get_deferred_fields() - self.CHANGED_IN_SQL
        # The row, its `joined` entry and its `signed_up` event (receivers of post_save) stand or fall together.
        with transaction.atomic():
            super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self) -> str:
        return path_to("members:profile", self.username)

    def get_full_name(self) -> str:
        return str(self)

    get_short_name = get_full_name

    @staticmethod
    def may_rank(now: Any) -> Q:
        return Q(is_active=True, is_staff=False, is_moderator=False, on_boards=True) & (
            Q(suspended_until=None) | Q(suspended_until__lte=now)
        )

    @property
    def moderates(self) -> bool:
        return self.is_active and (self.is_moderator or self.is_superuser)

    @property
    def suspended(self) -> bool:
        return self.suspended_until is not None and self.suspended_until > timezone.now()


class Badge(models.Model):
    class Rank(models.IntegerChoices):
        GOLD = 1, _("gold")
        SILVER = 2, _("silver")
        BRONZE = 3, _("bronze")

    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=300, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), choices=Rank.choices, default=Rank.BRONZE)
    of_tag = models.BooleanField(_("of a tag"), default=False)

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")
        constraints = [models.UniqueConstraint(Lower("name"), "rank", "of_tag", name="badge_once")]

    def __str__(self) -> str:
        return self.name


class Award(Imported):
    member = models.ForeignKey(Member, models.CASCADE, related_name="awards", verbose_name=_("member"))
    badge = models.ForeignKey(Badge, models.CASCADE, related_name="awards", verbose_name=_("badge"))
    created_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        constraints = [Imported.unique("award")]
        indexes = [models.Index("member", "badge", name="award_member")]

    def __str__(self) -> str:
        return f"{self.member}: {self.badge}"
