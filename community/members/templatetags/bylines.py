"""How a member is shown beside what they wrote."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.members.models import Member

register = template.Library()


@register.filter
def initial(member: Member) -> str:
    return (str(member) or "?")[0].upper()


@register.filter
def avatar_colour(member: Member) -> str:
    return f"c{member.pk % 10}"


def _words(at: datetime, now: datetime) -> str:
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%d min", "%d min", minutes) % minutes
    if minutes < 24 * 60:
        return ngettext("%d h", "%d h", minutes // 60) % (minutes // 60)
    if minutes < 30 * 24 * 60:
        return ngettext("%d d", "%d d", minutes // 1440) % (minutes // 1440)
    local = timezone.localtime(at)
    return date_format(local, "MONTH_DAY_FORMAT" if local.year == now.year else "DATE_FORMAT")


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """A short relative time whose exact moment is in the element's datetime and title."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        local.strftime("%Y-%m-%d %H:%M %Z"),  # the same in every language, and a tenth of the cost of a worded one
        _words(at, timezone.now()),
    )
