from datetime import timedelta

import pytest
from django.utils import timezone

from community.forum import drafts, tasks
from community.forum.denied import Unfit
from community.forum.models import Draft

pytestmark = pytest.mark.django_db


def test_a_draft_is_kept_under_its_key_for_its_member_alone(alice, bob):
    drafts.save(alice, "topic", {"title": "Half a", "body": "", "tags": ["sql"]})
    drafts.save(alice, "topic", {"title": "Half a title", "body": "", "tags": ["sql"]})
    assert drafts.load(alice, "topic") == {"title": "Half a title", "body": "", "tags": ["sql"]}
    assert drafts.load(alice, "reply:7") is None
    assert drafts.load(bob, "topic") is None
    drafts.drop(alice, "topic")
    assert drafts.load(alice, "topic") is None


def test_a_draft_emptied_is_dropped(alice):
    drafts.save(alice, "reply:7", {"body": "Because"})
    drafts.save(alice, "reply:7", {"body": "  "})
    assert not Draft.objects.exists()


@pytest.mark.parametrize("key", ["", "topics", "reply:", "reply:0", "edit:x", "topic\n", "reply:1 or 1", "x" * 60])
def test_there_are_no_other_keys(alice, key):
    with pytest.raises(Unfit):
        drafts.save(alice, key, {"body": "Because"})


def test_only_what_forms_have_is_kept_and_not_without_end(alice):
    drafts.save(alice, "edit:3", {"body": "x" * 70_000, "version": 2, "is_admin": "1", "summary": "nul\x00"})
    assert drafts.load(alice, "edit:3") == {"body": "x" * 60_000, "version": 2, "summary": "nul"}


def test_the_oldest_of_a_hundred_goes(alice, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 3)
    for number in range(1, 6):
        drafts.save(alice, f"reply:{number}", {"body": "Because"})
    assert set(Draft.objects.values_list("key", flat=True)) == {"reply:3", "reply:4", "reply:5"}


def test_a_draft_that_nobody_touched_for_a_season_goes(alice, bob, settings):
    now = timezone.now()
    for member, days in ((alice, 91), (bob, 89)):
        drafts.save(member, "topic", {"body": "Because"})
        Draft.objects.filter(member=member).update(updated_at=now - timedelta(days=days))
    tasks.sweep_drafts()
    assert list(Draft.objects.values_list("member", flat=True)) == [bob.pk]
    settings.DRAFT_DAYS = 30
    assert drafts.sweep(now) == 1
