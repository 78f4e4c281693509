"""How a member is shown beside what they wrote."""

from datetime import datetime, tzinfo
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import spoken
from community.members.models import Member

register = template.Library()
HOUR, DAY, MONTH = 60, 24 * 60, 30 * 24 * 60  # minutes


@register.simple_tag
def avatar(member: Member | None, size: str = "") -> SafeString:
    """A member's picture, else their initial on one of ten colours; the name stands beside it."""
    if member is None:
        return format_html('<span class="avatar {}" aria-hidden="true">?</span>', size)
    if member.avatar:
        return format_html(
            '<img class="avatar {}" src="{}" alt="" loading="lazy" width="36" height="36">', size, member.avatar.url
        )
    return _initial((str(member) or "?")[0].upper(), member.pk % 10, size)


@lru_cache(4096)
def _initial(letter: str, colour: int, size: str) -> SafeString:
    return format_html('<span class="avatar {} c{}" aria-hidden="true">{}</span>', size, colour, letter)


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """A short relative time whose exact moment is in the element's datetime and title."""
    if at is None:
        return ""
    now = timezone.now()
    return _ago(at, timezone.get_current_timezone(), _in_steps((now - at).total_seconds() // 60), now.year)


def _in_steps(minutes: float) -> int:
    """Whole hours from an hour on, whole days from a day on, and a month for all that is older."""
    if minutes < HOUR:
        return max(0, int(minutes))
    step = HOUR if minutes < DAY else DAY
    return min(int(minutes // step) * step, MONTH)


@spoken.kept
def _ago(at: datetime, zone: tzinfo, minutes: int, this_year: int) -> SafeString:
    local = timezone.localtime(at, zone)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        local.strftime("%Y-%m-%d %H:%M %Z"),  # the same in every language, and a tenth of the cost of a worded one
        _words(minutes) or date_format(local, "MONTH_DAY_FORMAT" if local.year == this_year else "DATE_FORMAT"),
    )


def _words(minutes: int) -> str:
    if minutes < 1:
        return _("just now")
    if minutes < HOUR:
        return ngettext("%d min", "%d min", minutes) % minutes
    if minutes < DAY:
        return ngettext("%d h", "%d h", minutes // HOUR) % (minutes // HOUR)
    return ngettext("%d d", "%d d", minutes // DAY) % (minutes // DAY) if minutes < MONTH else ""
