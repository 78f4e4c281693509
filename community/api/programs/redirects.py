"""Where an application may have its members sent back to: exact addresses, https or the same machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST, LONGEST = 10, 500  # addresses, characters of each
LOOPBACK = {"127.0.0.1", "::1", "localhost"}  # a program on the member's own machine (RFC 8252, 7.3)


def check(text: str) -> str:
    """The addresses, separated by a space as the library keeps them; ValidationError says what is wrong with which."""
    addresses = list(dict.fromkeys(text.split()))
    if not addresses:
        raise ValidationError(_("Give at least one address."))
    if len(addresses) > MOST:
        raise ValidationError(_("Give %d addresses at most.") % MOST)
    for address in addresses:
        _check_one(address)
    return " ".join(addresses)


def _check_one(address: str) -> None:
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or len(address) > LONGEST or not address.isprintable():
        raise ValidationError(_("“%s” is not a whole address.") % address[:LONGEST])
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise ValidationError(_("“%s” must begin with https://, or with http:// on 127.0.0.1 or localhost.") % address)
    if "#" in address or "@" in parts.netloc or "*" in parts.netloc:
        raise ValidationError(_("“%s” must be without #, * and passwords.") % address)
