"""Numbers as a reader of the dashboard wants them: no more digits than the sample bears."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from growth.home.comparing import Number, change
from growth.home.metrics import Unit

NOTHING = "–"
SIGNS = {1: "+", 0: "±", -1: "−"}


def shown(value: float | None, unit: Unit) -> str:
    """Rounded, for number_format only cuts."""
    if value is None:
        return NOTHING
    if unit is Unit.SHARE:
        return _("%(number)s %%") % {"number": number_format(round(value * 100), 0)}
    if unit is Unit.HOURS:
        places = 1 if value < 100 else 0
        return _("%(number)s h") % {"number": number_format(round(value, places), places)}
    return number_format(round(value, 1), 0 if value == int(value) else 1, force_grouping=True)


def of_number(number: Number, unit: Unit) -> str:
    """A median that was not reached is longer than the week that a question is watched."""
    if unit is Unit.HOURS and number.value is None and number.denominator:
        return _("over 7 days")
    return shown(number.value, unit)


def difference(now: float | None, then: float | None, unit: Unit) -> str:
    """ "+12 %" of what it was; for shares "+3 points"; "" where there is nothing to compare."""
    found = change(now, then, unit)
    if found is None:
        return ""
    rounded = round(found * 100)
    words = _("%(sign)s%(number)s points") if unit is Unit.SHARE else _("%(sign)s%(number)s %%")
    sign = SIGNS[(rounded > 0) - (rounded < 0)]
    return words % {"sign": sign, "number": number_format(abs(rounded), force_grouping=True)}
