"""Whether a reader may be observed: their browser's wish, their own answer, and what the site asks for.

Passive events only. What a member does by a verb is a fact of the community whoever looks on.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from events.bots import is_bot

COOKIE = "consent"  # "yes" or "no", set by the reader's own answer


def refusal(request: HttpRequest) -> str:
    """Why nothing may be noted of this reader: `bot`, `do_not_track` or `no_consent`; empty where it may."""
    if is_bot(request.headers.get("User-Agent", "")):
        return "bot"
    if request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1":
        return "do_not_track"
    answer = request.COOKIES.get(COOKIE, "")
    return "no_consent" if answer == "no" or (settings.CONSENT_REQUIRED and answer != "yes") else ""
