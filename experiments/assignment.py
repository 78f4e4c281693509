"""What the site asks (see experiments/__init__.py). A flag that there is not and a fault both give the default, and
one line in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from experiments import asking, qa, snapshot
from experiments.asking import Asker

logger = logging.getLogger(__name__)
_told: set[str] = set()  # keys of which a line was written


def variation(request: HttpRequest, key: str, default: Any = None) -> Any:
    """The flag's value for who asks, who is exposed to it from here on."""
    return _value(lambda: asking.of_request(request), key, default, expose=True)


def peek(request: HttpRequest, key: str, default: Any = None) -> Any:
    """The flag's value for who asks, where it is not shown to them."""
    return _value(lambda: asking.of_request(request), key, default, expose=False)


def for_member(member_id: int, key: str, default: Any = None, *, expose: bool = True) -> Any:
    """The flag's value for a member, where no request is: in Celery. The exposure is written at once."""
    asker: Asker | None = None

    def once() -> Asker:
        nonlocal asker
        asker = asking.of_member(member_id)
        return asker

    value = _value(once, key, default, expose=expose)
    if asker:
        asker.settle()
    return value


def differs(request: HttpRequest) -> bool:
    """Whether this reader may be shown what others are not: a flag was asked for in this request whose value depends on
    who asks, or a link of staff forces a variation on their browser."""
    asker = getattr(getattr(request, "_request", request), "asker", None)
    return (asker is not None and asker.differs) or qa.COOKIE in request.COOKIES


def version() -> int:
    try:
        return snapshot.current().version
    except Exception as fault:  # noqa: BLE001 - whatever it is, pages go on
        _tell("", "flags are not known: %s", fault)
        return 0


def _value(asker_of: Callable[[], Asker], key: str, default: Any, *, expose: bool) -> Any:
    try:
        asker = asker_of()
        answer = asker.answer(key)
        if answer.source == "unknownFeature":
            _tell(key, "no flag is named %s", key)
            return default
        if expose:
            asker.expose(key, answer)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the visitor gets the default
        _tell(key, "%s is not decided: %r", key, fault)
        return default
    return default if answer.value is None else answer.value


def _tell(key: str, message: str, *said: object) -> None:
    if key not in _told:
        _told.add(key)
        logger.warning(message, *said)
