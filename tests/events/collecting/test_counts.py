"""What the page about the data reads: by day, by name, by reason."""

from __future__ import annotations

from datetime import date

import pytest

from events.collecting import pages
from events.collecting.tasks import flush
from events.models import IntakeCount
from tests.events.collecting.conftest import FIREFOX

pytestmark = pytest.mark.django_db

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)


@pytest.fixture
def counts() -> None:
    IntakeCount.objects.add(
        {
            (FIRST, "beacon", "page_viewed", "written"): 10,
            (FIRST, "api", "done", "written"): 4,
            (FIRST, "server", "page_viewed", "seen"): 12,
            (SECOND, "beacon", "page_viewed", "written"): 3,
            (SECOND, "beacon", "page_viewed", "bot"): 7,
            (SECOND, "beacon", "page_viewed", "late_1d"): 2,
            (SECOND, "api", "done", "duplicate"): 1,
            (SECOND, "beacon", "made_up", "unknown_name"): 5,
            (SECOND, "api", "", "bad_event"): 6,
        }
    )


def rows(found) -> list[tuple]:
    return [tuple(row.values()) for row in found]


def test_each_number_is_read_by_name(counts):
    of = IntakeCount.objects
    assert rows(of.volume()) == [(FIRST, "done", 4), (FIRST, "page_viewed", 10), (SECOND, "page_viewed", 3)]
    assert rows(of.between(SECOND, SECOND).volume()) == [(SECOND, "page_viewed", 3)]
    assert rows(of.unknown_names()) == [("made_up", "beacon", 5)]
    assert rows(of.refused()) == [(SECOND, "bad_event", 6), (SECOND, "unknown_name", 5)]
    assert rows(of.lateness()) == [("beacon", "late_1d", 2)]
    assert rows(of.duplicates()) == [(SECOND, "api", 1)]
    assert rows(of.left_out()) == [(SECOND, "bot", 7)]
    assert rows(of.page_views()) == [
        (FIRST, "beacon", "written", 10),
        (FIRST, "server", "seen", 12),
        (SECOND, "beacon", "bot", 7),
        (SECOND, "beacon", "written", 3),
    ]


def test_counts_add_up(counts):
    IntakeCount.objects.add({(FIRST, "api", "done", "written"): 6})
    assert IntakeCount.objects.get(day=FIRST, name="done").count == 10


def test_the_server_counts_the_pages_it_shows_to_people_and_to_others(client, admin, client_of):
    headers = {"User-Agent": FIREFOX}
    for _ in range(2):
        client.get("/tags/", headers=headers)
    client.get("/tags/", headers={"User-Agent": "Googlebot/2.1"})
    client.get("/tags/", headers=headers | {"DNT": "1"})
    for elsewhere in ("/nowhere/", "/feed.atom", "/api/v1/tags/"):
        client.get(elsewhere, headers=headers)
    client.get("/tags/", headers=headers | {"HX-Request": "true"})
    client_of(admin).get("/admin/", headers=headers)
    flush()
    pages.flush()
    found = {row["outcome"]: row["total"] for row in IntakeCount.objects.page_views()}
    assert found == {"seen": 2, "bot": 1, "do_not_track": 1}
