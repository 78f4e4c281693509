"""What a username may be, and how one is made from a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

LONGEST = 40
USERNAME = RegexValidator(r"^[\w][\w.-]{1,39}\Z", _("2 to 40 letters, digits, dots, dashes or underscores."))

# Names that would pass for the site itself, or that mean somebody else in a mention.
RESERVED = frozenset(
    (
        "admin", "administrator", "all", "anonymous", "api", "channel", "everyone", "flywheel", "help", "here",
        "me", "members", "moderator", "moderators", "mods", "null", "official", "root", "security", "settings",
        "staff", "support", "system", "team", "undefined", "user", "webmaster", "you",
    )
)  # fmt: skip
FORMER = "former-"


def reserved(username: str) -> bool:
    lower = username.lower()
    return lower in RESERVED or lower.startswith(FORMER)


def slug(name: str) -> str:
    """A username like the name, in its own script: "Ada Lovelace" gives ada-lovelace; "" where nothing is left."""
    plain = re.sub(r"[^\w.]+", "-", unicodedata.normalize("NFKC", name).lower()).strip("-._")
    return re.sub(r"-{2,}", "-", plain)[:LONGEST].strip("-._")


def candidates(*names: str) -> Iterator[str]:
    """Usernames to try for someone with these names, the likeliest first, without end."""
    slugs = [slug(name) for name in names if name]
    good = [name for name in slugs if len(name) > 1 and not reserved(name)]
    yield from good
    stem = (good or ["member"])[0]
    number = 2
    while True:
        yield f"{stem[: LONGEST - 8]}-{number}"
        number += 1
