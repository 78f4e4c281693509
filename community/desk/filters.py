"""Filters in words: yes and no where Django says empty and not empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import EmptyFieldListFilter
from django.contrib.admin.views.main import ChangeList
from django.utils.translation import gettext as _


class IsSet(EmptyFieldListFilter):
    """Whether a date or a text is there: deleted, hidden, closed."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        words = {None: _("All"), "0": _("yes"), "1": _("no")}
        for value, word in words.items():
            query = changelist.get_query_string({self.lookup_kwarg: value} if value else {}, [self.lookup_kwarg])
            yield {"selected": self.lookup_val == value, "query_string": query, "display": word}
