"""Conditions and their faults in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from growth.segments.conditions import (
    All,
    Any,
    Bounds,
    Dated,
    Did,
    Events,
    Fault,
    Flag,
    Measured,
    Named,
    Node,
    Not,
    Period,
    When,
)
from growth.segments.conditions.tree import ONCE
from growth.segments.vocabulary import LABELS

FAULTS: dict[str, Promise] = {
    "not_json": gettext_lazy("This is not JSON."),
    "object_expected": gettext_lazy("Here an object in braces is needed."),
    "list_expected": gettext_lazy("Here a list of conditions is needed."),
    "empty": gettext_lazy("This is empty: give at least one."),
    "no_condition": gettext_lazy("This says no condition: all, any, not, event, first, last or attribute."),
    "one_condition": gettext_lazy("These cannot stand together: %(about)s."),
    "unknown_key": gettext_lazy("“%(about)s” means nothing here."),
    "unknown_event": gettext_lazy("There is no event “%(about)s”."),
    "unknown_attribute": gettext_lazy("There is no attribute “%(about)s”."),
    "nothing_said": gettext_lazy("Say what it should be."),
    "no_period": gettext_lazy("Say when: within or before some days, since or until a date."),
    "too_deep": gettext_lazy("Conditions stand within one another more than %(about)s deep."),
    "too_many": gettext_lazy("These are more than %(about)s conditions."),
    "too_many_values": gettext_lazy("These are more than %(about)s values."),
    "text_expected": gettext_lazy("A text is needed."),
    "unfit_text": gettext_lazy("Write something, of at most %(about)s characters."),
    "unfit_property": gettext_lazy("“%(about)s” is no name of a property."),
    "flag_expected": gettext_lazy("Say true or false."),
    "number_expected": gettext_lazy("A number is needed."),
    "whole_expected": gettext_lazy("A whole number is needed."),
    "too_big": gettext_lazy("This number is too big."),
    "negative": gettext_lazy("This cannot be less than 0."),
    "days_expected": gettext_lazy("Days are whole numbers from 1 to %(about)s."),
    "date_expected": gettext_lazy("Write a date or a time like 2026-01-31 or 2026-01-31T12:00."),
    "exactly_alone": gettext_lazy("“exactly” stands alone, without “at_least” and “at_most”."),
    "nothing_between": gettext_lazy("Nothing lies between these two."),
    "object_of_event": gettext_lazy("An object has a kind and may have an id."),
}


def told(fault: Fault) -> str:
    """With where it is."""
    words = FAULTS[fault.code] % {"about": fault.about}
    return f"{fault.path}: {words}" if fault.path else words


@dataclass(frozen=True)
class Line:
    """One line of a definition: `depth` steps in; the parts of a condition stand beside each other."""

    depth: int
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "    " * self.depth + " · ".join(self.parts)


def lines(node: Node, depth: int = 0, *, negated: bool = False) -> Iterator[Line]:
    if isinstance(node, Not):
        yield from lines(node.item, depth, negated=not negated)
    elif isinstance(node, All | Any):
        yield Line(depth, (_joint(node, negated),))
        for item in node.items:
            yield from lines(item, depth + 1)
    else:
        yield Line(depth, ((_("not"),) if negated else ()) + tuple(part for part in _parts(node) if part))


def _joint(node: All | Any, negated: bool) -> str:
    if isinstance(node, All):
        return _("not all of these:") if negated else _("all of these:")
    return _("none of these:") if negated else _("any of these:")


def _parts(leaf: Node) -> list[str]:
    if isinstance(leaf, Did):
        return [_("did %s") % leaf.events.names, _times(leaf.times), _when(leaf.period), *_filters(leaf.events)]
    if isinstance(leaf, When):
        edge = _("the last %s") if leaf.last else _("the first %s")
        return [edge % leaf.events.names, _when(leaf.period), *_filters(leaf.events)]
    label = str(LABELS[leaf.attribute])  # type: ignore[union-attr]
    if isinstance(leaf, Measured):
        return [label, _number(leaf.bounds)]
    if isinstance(leaf, Flag):
        return [label, _("yes") if leaf.value else _("no")]
    if isinstance(leaf, Named):
        return [label, _one_of(leaf.values)]
    assert isinstance(leaf, Dated)  # noqa: S101 - for the type checker
    return [label, _when(leaf.period)]


def _times(bounds: Bounds) -> str:
    if bounds == ONCE:
        return ""
    low, high = (None if limit is None else int(limit) for limit in (bounds.low, bounds.high))
    if low is not None and low == high:
        return ngettext("exactly %d time", "exactly %d times", low) % low
    if low is not None and high is not None:
        return _("%(low)d to %(high)d times") % {"low": low, "high": high}
    if low is not None:
        return ngettext("at least %d time", "at least %d times", low) % low
    return ngettext("at most %d time", "at most %d times", high or 0) % (high or 0)


def _number(bounds: Bounds) -> str:
    if bounds.low == bounds.high:
        return f"= {bounds.low:g}"
    low = "" if bounds.low is None else f"≥ {bounds.low:g}"
    return " ".join(filter(None, [low, "" if bounds.high is None else f"≤ {bounds.high:g}"]))


def _when(period: Period) -> str:
    within, before, given = period.within_days, period.before_days, []
    if within and before:
        given.append(_("between %(within)d and %(before)d days ago") % {"within": within, "before": before})
    elif within:
        given.append(ngettext("in the last %d day", "in the last %d days", within) % within)
    elif before:
        given.append(ngettext("more than %d day ago", "more than %d days ago", before) % before)
    if period.since:
        given.append(_("since %s") % period.since)
    if period.until:
        given.append(_("before %s") % period.until)
    return ", ".join(given)


def _filters(events: Events) -> list[str]:
    found = [f"{name} {_one_of(tuple(map(_plain, values)))}" for name, values in events.where]
    if events.object_kind:
        found.append(f"{events.object_kind} {events.object_id or ''}".strip())
    return found if events.value is None else [*found, _("value %s") % f"{events.value:g}"]


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _one_of(values: tuple[str, ...]) -> str:
    return f"= {values[0]}" if len(values) == 1 else _("one of %s") % ", ".join(values)
