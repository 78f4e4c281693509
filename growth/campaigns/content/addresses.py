"""Addresses that messages may lead to: those of this site, and no others."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme


@lru_cache(4096)
def whole(address: str) -> str | None:
    """The address with its host; None where it leads elsewhere, or is none. Takes a path, or an address of the site."""
    host = urlsplit(settings.SITE_URL).netloc
    if not address.isprintable() or not url_has_allowed_host_and_scheme(address, {host}, require_https=settings.HTTPS):
        return None
    if address.startswith("/"):
        return settings.SITE_URL + address
    return address if address.startswith(("http://", "https://")) else None
