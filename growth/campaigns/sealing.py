"""What is secret is sealed at rest: credentials of providers, addresses of devices (Fernet: AES-128-CBC, HMAC-SHA256).

The keys are made from the lines of settings.SEALING_KEYS, else from SECRET_KEY and those before it. The first seals,
each opens: a new one goes in front, and the old stays until everything was sealed anew.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(plain: bytes) -> bytes:
    return _keys().encrypt(plain)


def unseal(sealed: bytes) -> bytes:
    """Raises cryptography.fernet.InvalidToken where none of the keys sealed it, or it was changed."""
    return _keys().decrypt(bytes(sealed))


def reseal(sealed: bytes) -> bytes:
    """The same under the first key. Raises InvalidToken."""
    return _keys().rotate(bytes(sealed))


def _keys() -> MultiFernet:
    return _made(tuple(settings.SEALING_KEYS or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]))


@lru_cache(maxsize=4)
def _made(texts: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(_derived(text))) for text in texts])


def _derived(text: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"flywheel sealing").derive(text.encode())
