"""A member takes along what they have saved; who leaves is on no list any more."""

import pytest
from django.utils import timezone

from community.forum import exporting, leaving
from growth.reports import belongings
from growth.reports.models import Annotation, Answer, Dashboard, SavedReport

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(alice, bob):
    """What alice has saved for all and for herself, and lists with and without her."""
    for shared in (True, False):
        Dashboard.objects.create(name=f"Board {shared}", owner=alice, shared=shared)
        SavedReport.objects.create(name=f"Report {shared}", owner=alice, shared=shared, kind="counting", params={})
    Annotation.objects.create(day="2026-01-07", text="Moved", by=alice)
    for n, persons in enumerate(([bob.pk, alice.pk], [bob.pk], [-alice.pk])):
        now = timezone.now()
        Answer.objects.create(
            kind="counting",
            params={},
            cell={},
            digest=str(n),
            state="done",
            persons=persons,
            finished_at=now,
            as_of=now,
        )


def test_the_export_has_what_they_saved(alice, bob, kept):
    found = belongings.export(alice)
    assert [row["name"] for row in found["saved_reports"]] == ["Report True", "Report False"]
    assert [row["name"] for row in found["dashboards"]] == ["Board True", "Board False"]
    assert [row["text"] for row in found["annotations"]] == ["Moved"]
    assert not any(belongings.export(bob).values())
    assert exporting.export(alice)["reports"] == found


def test_who_leaves_is_on_no_list_and_what_they_shared_stays(alice, bob, kept):
    leaving.leave(alice)
    assert list(Answer.objects.order_by("digest").values_list("persons", flat=True)) == [[bob.pk], [-alice.pk]]
    assert [str(row) for row in (*SavedReport.objects.all(), *Dashboard.objects.all())] == ["Report True", "Board True"]
