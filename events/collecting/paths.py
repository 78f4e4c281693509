"""Addresses of pages as events hold them: without a query, and without what names a person.

`/t/4711/why-does-it-fail/` is kept as `/t/4711/`, `/members/ada/` as `/members/<username>/`, a link from a letter with
its secret as the pattern of its address.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.urls import Resolver404, resolve

LONGEST = 200
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# What stands in an address and is public: numbers of things, names of lists, categories and tags.
_PUBLIC = frozenset({"pk", "feed", "period", "category", "tag", "tab"})
_NOT_PAGES = ("/admin/", "/api/", "/accounts/", "/oauth/")  # theirs is the pattern's beginning only


@lru_cache(maxsize=8192)
def clean(path: str) -> str:
    """The path, tidied; empty where the site has no such page."""
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    for prefix in _NOT_PAGES:
        if path.startswith(prefix):
            return prefix
    route = f"/{match.route}".removesuffix("<str:slug>/")

    def shown(parameter: re.Match[str]) -> str:
        name = parameter[1]
        return str(match.kwargs[name]) if name in _PUBLIC else f"<{name}>"

    return _PARAMETER.sub(shown, route)[:LONGEST]
