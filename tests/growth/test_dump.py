"""The importer records what a second reading of the dump finds, event by event in the same order."""

import pytest

from events.models import Event


@pytest.mark.slow
@pytest.mark.reference
def test_the_events_of_a_real_community_are_those_of_its_dump(quantumcomputing):
    members = quantumcomputing.source_ids
    found = Event.objects.order_by("epoch_us", "id").values_list("unit", "name", "epoch_us")
    recorded = [(members[unit], name, us) for unit, name, us in found]
    assert len(recorded) > 28_000
    assert recorded == [(one.member, one.name, one.us) for one in quantumcomputing.history]
