"""Words that pages say dozens of times over, worked out once for each language."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar

from django.utils.translation import get_language

Words = TypeVar("Words")


def kept(say: Callable[..., Words]) -> Callable[..., Words]:
    """For what depends on nothing but what is given, all of it hashable, and the language."""

    @lru_cache(4096)
    def in_language(_language: str | None, *given: Hashable) -> Words:
        return say(*given)

    @wraps(say)
    def speak(*given: Hashable) -> Words:
        return in_language(get_language(), *given)

    return speak
