"""The bell of every page."""

from typing import Any

from django import template
from django.template import RequestContext

from community.notifications import inbox

register = template.Library()


@register.inclusion_tag("notifications/badge.html", takes_context=True)
def unread_badge(context: RequestContext) -> dict[str, Any]:
    """How many notifications the signed-in member has not read; one query."""
    return {"count": inbox.unread_count(context["user"])}


@register.filter
def capped(count: int) -> str:
    return f"{inbox.MOST}+" if count > inbox.MOST else str(count)
