"""How a member is shown beside what they wrote."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from community.members.models import Member

register = template.Library()


@register.simple_tag
def avatar(member: Member | None, size: str = "") -> SafeString:
    """A member's picture, else their initial on one of ten colours; the name stands beside it."""
    if member is None:
        return format_html('<span class="avatar {}" aria-hidden="true">?</span>', size)
    if member.avatar:
        return format_html(
            '<img class="avatar {}" src="{}" alt="" loading="lazy" width="36" height="36">', size, member.avatar.url
        )
    initial = (str(member) or "?")[0].upper()
    return format_html('<span class="avatar {} c{}" aria-hidden="true">{}</span>', size, member.pk % 10, initial)


@lru_cache(4096)
def _day(day: date, form: str, language: str) -> str:
    """A date worded; a page has dozens, and of old posts the same ones again and again."""
    return date_format(day, form)


def _words(at: datetime, now: datetime) -> str:
    """`at` in the reader's time zone."""
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%d min", "%d min", minutes) % minutes
    if minutes < 24 * 60:
        return ngettext("%d h", "%d h", minutes // 60) % (minutes // 60)
    if minutes < 30 * 24 * 60:
        return ngettext("%d d", "%d d", minutes // 1440) % (minutes // 1440)
    return _day(at.date(), "MONTH_DAY_FORMAT" if at.year == now.year else "DATE_FORMAT", get_language() or "")


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
        _words(local, timezone.now()),
    )
