"""The signed links in messages. They do not expire: letters are kept for years."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

_TO_A_PAGE, _TO_STOP = Signer(salt="campaigns.message"), Signer(salt="campaigns.stop")


@dataclass(frozen=True)
class Followed:
    """`path` is one of this site, with its query and fragment; empty in what only tells that a letter was opened."""

    delivery_id: int
    channel: str
    path: str = ""


@dataclass(frozen=True)
class Stop:
    """Without a topic: everything."""

    member_id: int
    topic_id: int | None = None
    delivery_id: int | None = None


def to_page(delivery_id: int, path: str, *, channel: str) -> str:
    """The address that leads to a page of this site and notes that its message was followed. ValueError where it is
    another site's; `path` may be a whole address of ours."""
    path = path.removeprefix(settings.SITE_URL) or "/"
    if not is_ours(path):
        raise ValueError(f"{path!r} is no page of this site")
    return _address("follow", _TO_A_PAGE, Followed(delivery_id, channel, path))


def pixel(delivery_id: int, *, channel: str) -> str:
    """The picture that a letter loads where it is opened."""
    return _address("pixel", _TO_A_PAGE, Followed(delivery_id, channel))


def to_stop(member_id: int, *, topic_id: int | None = None, delivery_id: int | None = None) -> str:
    """Where a POST alone unsubscribes (RFC 8058), of the topic or of everything, and GET asks first."""
    return _address("stop", _TO_STOP, Stop(member_id, topic_id, delivery_id))


def followed(token: str) -> Followed:
    """Http404 where we did not sign it."""
    return Followed(*_read(token, _TO_A_PAGE))


def stop(token: str) -> Stop:
    """Http404 where we did not sign it."""
    return Stop(*_read(token, _TO_STOP))


def is_ours(path: str) -> bool:
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def _address(name: str, signer: Signer, held: Followed | Stop) -> str:
    before, after = _around(name)
    return settings.SITE_URL + before + signer.sign_object(list(vars(held).values())) + after


@cache
def _around(name: str) -> tuple[str, str]:
    """What stands before and after the token, which needs no quoting: to reverse for each message takes half of it."""
    before, _token, after = reverse(f"messages:{name}", args=["token"]).partition("token")
    return before, after


def _read(token: str, signer: Signer) -> list[Any]:
    try:
        return signer.unsign_object(token)
    except (BadSignature, ValueError) as error:
        raise Http404("not a link of ours") from error
