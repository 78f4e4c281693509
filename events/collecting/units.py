"""People of other systems: each is a visitor, by the name that they have there."""

from __future__ import annotations

from collections.abc import Iterable

from events import visitors
from events.models import ExternalUnit


def visitors_of(system: str, external_ids: Iterable[str]) -> dict[str, int]:
    """Their visitors; those who come for the first time get one."""
    wanted = sorted(set(external_ids))
    known = _known(system, wanted)
    new = [ExternalUnit(system=system, external_id=one, visitor=visitors.mint()) for one in wanted if one not in known]
    if new:
        ExternalUnit.objects.bulk_create(new, ignore_conflicts=True)
        known = _known(system, wanted)  # another request may have been first
    return known


def _known(system: str, external_ids: list[str]) -> dict[str, int]:
    found = ExternalUnit.objects.filter(system=system, external_id__in=external_ids)
    return dict(found.values_list("external_id", "visitor"))
