"""A member takes along what they have saved; who leaves is on no list any more."""

import pytest
from django.utils import timezone

from community.forum import exporting, leaving
from community.webhooks.models import Delivery, Endpoint
from events.lake import erasing
from events.models import Erasure
from growth.reports import belongings
from growth.reports.models import Annotation, Answer, Dashboard, SavedReport
from growth.segments.models import Membership, Segment

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


def answer(kind, **told):
    now = timezone.now()
    told = {"params": {}, "state": "done", "kept": "{}", "finished_at": now, "as_of": now} | told
    return Answer.objects.create(kind=kind, digest=f"{kind} {Answer.objects.count()}", **told)


def test_an_erasure_takes_what_is_kept_of_the_visitors_they_were(alice, bob):
    theirs, others = (alice.pk, -44), (bob.pk, -55)
    segment = Segment.objects.create(key="all", name="All")
    endpoint = Endpoint.objects.create(name="CRM", url="https://crm.example/", names=["signed_up"])
    for unit in (*theirs, *others):
        Membership.objects.create(segment=segment, person=unit, entered_at=timezone.now())
        Delivery.objects.create(endpoint=endpoint, name="signed_up", unit=unit)
        answer("counting", cell={}, persons=[unit, 7])
        answer("timeline", params={"person": unit})
    answer("segment")
    erasing.let_go(Erasure.objects.create(units=theirs), [])
    assert set(Membership.objects.values_list("person", flat=True)) == set(others)
    assert set(Delivery.objects.values_list("unit", flat=True)) == set(others)
    assert {tuple(kept.persons) for kept in Answer.objects.filter(kind="counting")} == {(unit, 7) for unit in others}
    assert {kept.params["person"] for kept in Answer.objects.filter(kind="timeline")} == set(others)
    assert not Answer.objects.filter(kind="segment").exists()
