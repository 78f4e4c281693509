"""Addresses that messages may lead to: those of this site, and no others."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

from growth.campaigns.devices.links import is_ours

LONGEST = 500  # characters of a path, quoted: its signed link is less than the 1,000 that a Notice holds


@lru_cache(4096)
def whole(address: str) -> str | None:
    """The address as this site writes it; None where it leads elsewhere, is too long, or is none. Takes a path, or an
    address of the site. What it gives, links.to_page takes."""
    path = _path(address)
    return settings.SITE_URL + path if is_ours(path) and len(iri_to_uri(path)) <= LONGEST else None


def _path(address: str) -> str:
    """From the root on; "" where the host is another one."""
    host = urlsplit(settings.SITE_URL).netloc
    if not address.isprintable() or not url_has_allowed_host_and_scheme(address, {host}, require_https=settings.HTTPS):
        return ""
    parts = urlsplit(address)
    root = "/" if parts.netloc else ""  # without a host the path itself has to begin there
    return urlunsplit(("", "", parts.path or root, parts.query, parts.fragment))
