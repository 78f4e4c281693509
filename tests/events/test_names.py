"""The declarations themselves, and the page that publishes them."""

import re

import pytest
from django.conf import settings

from events.models import Event
from events.names import ACTIVE, NAMES, check

TABLE_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)


def test_what_counts_as_active_is_declared():
    assert set(ACTIVE) <= set(NAMES)


def test_no_passive_event_counts_as_active():
    assert not any(NAMES[name].passive for name in ACTIVE)


def test_every_name_fits_its_column():
    longest = Event._meta.get_field("name").max_length
    assert max(map(len, NAMES)) <= longest


@pytest.mark.parametrize("event", NAMES.values(), ids=lambda event: event.name)
def test_a_declared_event_passes_with_all_it_declares(event):
    for kind in event.objects or (None,):
        check(event.name, kind=kind, properties=dict.fromkeys(event.properties, 1))


def test_the_published_table_is_the_declared_one():
    events, _numbers = (settings.ROOT / "docs" / "metrics.md").read_text().split("## The weekly numbers")
    published = TABLE_ROW.findall(events)
    declared = [
        (event.name, event.unit, ", ".join(event.objects), ", ".join(event.properties)) for event in NAMES.values()
    ]
    assert [tuple(cell.strip() for cell in row) for row in published] == declared
