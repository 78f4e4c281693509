"""What conditions may ask of who is asked: each thing is looked up when the first condition asks for it.

`id` is the member's, or minus the visitor's, as text; `member` and `visitor` are texts too. Of nobody (a browser
without a cookie, one that may not be observed, a bot) none of the three is known, and what is drawn gives the default.
What else the site knows comes from settings.EXPERIMENT_ATTRIBUTES: the dotted path of a function from the request, or
the member's id where there is none, to a mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.module_loading import import_string

from events import visitors
from events.context import current
from events.models import VisitorLink

Asked = HttpRequest | int  # a request, or a member's id
Lookup = Callable[[Any], Any]
_MISSING = object()
MINUTE, REMEMBERED = 60.0, 10_000  # seconds, members
_groups_known: dict[int, tuple[float, list[int]]] = {}


class Attributes(Mapping[str, Any]):
    """Looked up by name when they are asked for, once; others by `beyond` when one is asked for that is not here."""

    __slots__ = ("_asked", "_beyond", "_known", "_lookups")

    def __init__(
        self, asked: Asked, lookups: Mapping[str, Lookup], beyond: Callable[[Any], Mapping[str, Any]] | None = None
    ) -> None:
        self._asked, self._lookups, self._known = asked, lookups, {}  # type: tuple[Asked, Mapping[str, Lookup], dict]
        self._beyond: Any = beyond

    def get(self, name: str, default: Any = None) -> Any:
        found = self._known.get(name, _MISSING)
        if found is not _MISSING:
            return found
        lookup = self._lookups.get(name)
        found = self._known[name] = lookup(self._asked) if lookup else self._from_beyond(name, default)
        return found

    def _from_beyond(self, name: str, default: Any) -> Any:
        if self._beyond is None:
            return default
        if not isinstance(self._beyond, Mapping):
            self._beyond = self._beyond(self._asked)
        return self._beyond.get(name, default)

    def __getitem__(self, name: str) -> Any:
        found = self.get(name, _MISSING)
        if found is _MISSING:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._lookups)

    def __len__(self) -> int:
        return len(self._lookups)


def of_request(request: HttpRequest) -> Attributes:
    return Attributes(request, OF_REQUEST, provider())


def of_member(member_id: int) -> Attributes:
    return Attributes(member_id, OF_MEMBER, provider())


@cache
def provider() -> Callable[[Asked], Mapping[str, Any]] | None:
    path = settings.EXPERIMENT_ATTRIBUTES
    return import_string(path) if path else None


def _user(request: HttpRequest) -> Any:
    return getattr(request, "user", None) or AnonymousUser()


def _id(request: HttpRequest) -> str | None:
    user = _user(request)
    if user.is_authenticated:
        return str(user.pk)
    visitor = visitors.observed(request)
    return f"-{visitor}" if visitor else None


def _member(request: HttpRequest) -> str | None:
    user = _user(request)
    return str(user.pk) if user.is_authenticated else None


def _visitor(request: HttpRequest) -> str | None:
    visitor = visitors.observed(request)
    return str(visitor) if visitor else None


def _is(field: str) -> Lookup:
    """A flag of the member's row, which a request has read already."""

    def lookup(asked: Asked) -> bool:
        if isinstance(asked, int):
            return get_user_model().objects.filter(pk=asked, **{field: True}).exists()
        return bool(getattr(_user(asked), field, False))

    return lookup


def _groups(asked: Asked) -> list[int]:
    """Looked up once a minute in a process: an override by groups is asked about at every request of a member."""
    member = asked if isinstance(asked, int) else _user(asked).pk
    if not member:
        return []
    known_until, found = _groups_known.get(member, (0.0, []))
    if known_until < monotonic():
        found = list(get_user_model()(pk=member).groups.values_list("pk", flat=True))
        if len(_groups_known) >= REMEMBERED:
            _groups_known.clear()
        _groups_known[member] = (monotonic() + MINUTE, found)
    return found


def _linked(member: int) -> str | None:
    """The visitor who they were before they signed up, so that what stuck to that one is theirs in a task too."""
    found = VisitorLink.objects.filter(member=member).order_by("pk").values_list("visitor", flat=True).first()
    return str(found) if found else None


_OF_BOTH: dict[str, Lookup] = {
    "staff": _is("is_staff"),
    "superuser": _is("is_superuser"),
    "groups": _groups,
    "language": lambda asked: current().language or None,
    "device": lambda asked: current().device or None,
    "country": lambda asked: current().country or None,
}
OF_REQUEST: dict[str, Lookup] = {
    "id": _id,
    "member": _member,
    "visitor": _visitor,
    "loggedIn": lambda request: bool(_user(request).is_authenticated),
    "path": lambda request: request.path,
    **_OF_BOTH,
}
OF_MEMBER: dict[str, Lookup] = {
    "id": str,
    "member": str,
    "visitor": _linked,
    "loggedIn": lambda member: True,
    **_OF_BOTH,
}
