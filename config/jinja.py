"""What the forum's pages, written in Jinja2, may call. The other pages are Django's and wear the same frame.

Jinja2 compiles a template to Python; a feed or a topic page takes a fifth of the time that Django's engine needs.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.template.defaultfilters import date, truncatechars
from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

import experiments
from community.forum import phrases, rails, sharing, structured
from community.forum.highlighting import plain
from community.members.templatetags import bylines
from community.notifications import inbox
from community.paths import path_to
from community.points.boards.rail import week_board
from growth.campaigns.devices import offering


@cache
def languages() -> list[tuple[str, str]]:
    """(code, its name in itself) of the languages that the site speaks."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


@pass_context
def variation(page: Context, key: str, default: Any = None) -> Any:
    """The flag's value for who reads; they are exposed to it. A macro that asks is imported `with context`."""
    return experiments.variation(page["request"], key, default)


GLOBALS = {
    "variation": variation,
    "phrases": phrases,
    "path_to": path_to,
    "static": cache(static),  # collected before the processes start
    "avatar": bylines.avatar,
    "week_board": week_board,
    "waiting_questions": rails.waiting_questions,
    "popular_tags": rails.popular_tags,
    "rail_categories": rails.categories,
    "open_categories": rails.open_categories,
    "structured_data": structured.structured_data,
    "share_link": sharing.link_to,
    "languages": languages,
    "unread_count": inbox.unread_count,
    "push_key": offering.public_key,
}
FILTERS = {
    "ago": bylines.ago,
    "capped": inbox.capped,
    "compact": phrases.compact,
    "date": date,
    "first_picture": structured.first_picture,
    "intcomma": intcomma,
    "plain": plain,
    "truncatechars": truncatechars,
}


def environment(**options: Any) -> Environment:
    made = Environment(**options)  # noqa: S701 (Django's backend turns autoescape on)
    made.globals.update(GLOBALS)
    made.filters.update(FILTERS)
    return made


def page(request: HttpRequest) -> dict[str, object]:
    """The language, who reads, and one hidden field for all forms of a page: Django would make many.

    A page asks for its reader hundreds of times, each time through the lazy object that Django's middleware leaves.
    """
    found: dict[str, object] = {"LANGUAGE_CODE": get_language() or settings.LANGUAGE_CODE}
    user = getattr(request, "_cached_user", None)
    if user is None or not user.is_authenticated:
        return found | {"csrf_input": SimpleLazyObject(lambda: csrf_input(request))}
    return found | {"user": user, "csrf_input": csrf_input(request)}
