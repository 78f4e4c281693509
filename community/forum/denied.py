"""Why a verb refuses, said to the member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from community.forum.models import Category, Topic

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.members.models import Member


class Denied(PermissionDenied):
    """Who asks may not do this; `str()` of it is for them."""


class Unfit(Denied):
    """What is asked for cannot be: too long, empty, of the wrong kind. Whoever asks may try again, changed."""


def check_may_write(member: Member | AnonymousUser) -> None:
    """Suspended members may read but not write. Give a row that was read in this transaction."""
    if not member.is_authenticated or not member.is_active:
        raise Denied(_("Sign in to take part."))
    if member.suspended:
        said = _("Your account is suspended until %(until)s: you may read but not write. The reason: %(reason)s")
        until = date_format(timezone.localtime(member.suspended_until), "DATETIME_FORMAT")
        raise Denied(said % {"until": until, "reason": member.suspension_reason})


def check_moderates(member: Member) -> None:
    check_may_write(member)
    if not member.moderates:
        raise Denied(_("Only moderators may do this."))


def check_open(category: Category, member: Member) -> None:
    """Who may post in a category may also read it."""
    if not Category.objects.open_to(member).filter(pk=category.pk).exists():
        raise Denied(_("You may not post in “%(category)s”.") % {"category": category})


def check_readable(topic: Topic, member: Member) -> None:
    """The topic stands, and this member may read it."""
    if topic.merged_into_id or topic.deleted_at or topic.hidden_at:
        raise Denied(_("This topic is no longer here."))
    if not Topic.objects.visible_to(member).filter(pk=topic.pk).exists():
        raise Denied(_("You may not read this topic."))
