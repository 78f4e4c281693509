"""Which certificates are believed: those of the system's authorities, or of SSL_CERT_FILE."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache


def trust(protocol: str = "http/1.1") -> ssl.SSLContext:
    return _made(protocol, os.environ.get("SSL_CERT_FILE"))


@lru_cache(maxsize=8)
def _made(protocol: str, _file: str | None) -> ssl.SSLContext:
    """Reading the authorities takes longer than a request."""
    context = ssl.create_default_context()
    context.set_alpn_protocols([protocol])
    return context
