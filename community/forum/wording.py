"""What titles, texts and addresses of topics may be; the forms ask for a little more than the verbs must have."""

from __future__ import annotations

from django.utils.text import slugify
from django.utils.translation import gettext as _

from community.forum.denied import Unfit

TITLE_MAX = 200
BODY_MAX = 60_000
COMMENT_MAX = 2_000
REASON_MAX = 200
SLUG_MAX = 80

# What stands at /t/<id>/<word>/ beside the topic itself.
TAKEN = frozenset({"reply", "follow", "close", "pin", "move", "merge", "feed.atom"})


def title(text: str) -> str:
    """The title on one line; Unfit where it is empty or too long."""
    return _fitting(" ".join(text.replace("\x00", "").split()), TITLE_MAX)


def body(text: str) -> str:
    return _fitting(text.replace("\x00", "").replace("\r\n", "\n").rstrip(), BODY_MAX)


def comment(text: str) -> str:
    return _fitting(text.replace("\x00", "").replace("\r\n", "\n").strip(), COMMENT_MAX)


def _fitting(text: str, most: int) -> str:
    if not text.strip():
        raise Unfit(_("There is no text yet."))
    if len(text) > most:
        raise Unfit(_("This is %(n)d characters too long.") % {"n": len(text) - most})
    return text


def slug(title: str, kind: str) -> str:
    """A title as the last part of an address, never empty; letters of all scripts stay."""
    found = slugify(title, allow_unicode=True)[:SLUG_MAX].strip("-")
    return f"{found}-{kind}" if found in TAKEN else found or kind


def reason(text: str) -> str:
    """Why a topic is closed: a short sentence, which readers see."""
    return _fitting(" ".join(text.replace("\x00", "").split()), REASON_MAX)
