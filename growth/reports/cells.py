"""Which number of an answer is meant, as addresses and programs say it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from growth.reports.kinds import Params


def whole(cell: Params, name: str) -> int:
    """A whole number of the cell. ValueError, in words, where there is none."""
    try:
        return int(cell[name])
    except (KeyError, TypeError, ValueError):
        raise no_such_number() from None


def day(cell: Params, name: str) -> date:
    """A date of the cell, in ISO 8601. ValueError, in words, where there is none."""
    try:
        return date.fromisoformat(cell[name])
    except (KeyError, TypeError, ValueError):
        raise no_such_number() from None


def no_such_number() -> ValueError:
    return ValueError(_("This report has no such number."))
