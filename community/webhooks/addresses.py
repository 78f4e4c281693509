"""Where a request of ours may go: to the public internet, and to hosts that the operator names."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

PORTS = (443, 8443)
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address behind a translator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(ValueError):
    """Not an address that we send to."""


def is_public(address: Address) -> bool:
    """Whether the address is one of the public internet, also when it stands for another one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(address.packed[-4:]))
        if address.sixtofour or address.teredo or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_allowed(host: str, port: int) -> bool:
    """Whether the operator vouches for it: settings.WEBHOOK_ALLOWED_HOSTS, each `host:port`."""
    return f"{host}:{port}" in settings.WEBHOOK_ALLOWED_HOSTS


def find(host: str, port: int) -> str:
    """The address to connect to, as text. Raises Refused where one of the name's addresses is not public; OSError.

    Whoever connects to what comes back, and asks for no name again, cannot be led elsewhere by a DNS server that
    answers differently the second time.
    """
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not is_allowed(host, port):
        for text in found:
            if not is_public(ipaddress.ip_address(text)):
                raise Refused(f"{host} is at {text}, which is not public")
    return found[0]


def check(url: str) -> SplitResult:
    """The parts of an address that may be sent to, as far as one can tell without a name server. Raises Refused."""
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port is not None else 80 if parts.scheme == "http" else 443
    except ValueError as error:
        raise Refused(_("This is not an address.")) from error
    host = parts.hostname or ""
    if not url.isascii() or not host or parts.scheme not in ("http", "https"):
        raise Refused(
            _("Write it like https://example.org/hook; a name in other letters in its form in ASCII (xn--…).")
        )
    if parts.username is not None or parts.fragment:
        raise Refused(_("Leave out names, passwords and #fragments."))
    if is_allowed(host, port):
        return parts
    if parts.scheme != "https" or port not in PORTS:
        raise Refused(_("It must be https, on port 443 or 8443."))
    _check_literal(host)
    return parts


def _check_literal(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return  # a name
    if not is_public(address):
        raise Refused(_("This address is not public."))
