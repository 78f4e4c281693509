"""Where a request comes from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The client's address; for IPv6 its /64, since one customer has that many.

    X-Forwarded-For counts as far as our own proxies (settings.TRUSTED_PROXIES of them) have written it: each appends
    the address it was called from, so the client's stands that many from the right. What is left of it is hearsay.
    """
    claimed = request.META.get("REMOTE_ADDR", "")
    if proxies := settings.TRUSTED_PROXIES:
        chain = request.headers.get("X-Forwarded-For", "").split(",")
        claimed = chain[-proxies].strip() if len(chain) >= proxies and chain[-proxies].strip() else claimed
    try:
        address = ip_address(claimed)
    except ValueError:  # a unix socket has none
        return "unknown"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, 64), strict=False).network_address)
    return str(address)
