"""Drafts that nobody wants, and searches that take too long: what the list of experiments leaves out and says."""

import pytest

from experiments import listing
from tests.experiments import builders

pytestmark = pytest.mark.django_db
LIST = "/admin/experiments/experiment/"


@pytest.fixture
def at_desk(admin, client_of):
    return client_of(admin)


def test_a_draft_is_discarded_on_a_page_that_asks_why(at_desk):
    draft = builders.new_experiment("guide")
    page = f"{LIST}{draft.pk}/change/"
    assert f"{LIST}{draft.pk}/discard/" in at_desk.get(page).content.decode()

    at_desk.post(f"{LIST}{draft.pk}/discard/", {"why": ""})
    draft.refresh_from_db()
    assert draft.discarded_at is None
    assert at_desk.post(f"{LIST}{draft.pk}/discard/", {"why": "Asked before."}).url == page

    shown = at_desk.get(page).content.decode()
    assert "Asked before." in shown
    assert f"{LIST}{draft.pk}/discard/" not in shown
    assert f"{LIST}{draft.pk}/iterate/" in shown


def test_lists_leave_out_what_is_discarded_unless_they_are_asked(at_desk):
    draft = builders.new_experiment("guide")
    at_desk.post(f"{LIST}{draft.pk}/discard/", {"why": "Asked before."})

    listed = {
        status: f"{LIST}{draft.pk}/change/" in at_desk.get(LIST, {"status": status}).content.decode()
        for status in ("", "draft", "discarded")
    }
    assert listed == {"": False, "draft": False, "discarded": True}


def test_a_search_that_was_cut_off_says_so_and_offers_the_way_on_even_where_nothing_was_found(at_desk, monkeypatch):
    made = [builders.new_experiment() for _ in range(3)]
    monkeypatch.setattr(listing, "NEAR", 1)
    monkeypatch.setattr(listing, "_far", lambda found, most: None)

    page = at_desk.get(LIST, {"q": "nowhere"}).content.decode()

    assert "takes too long" in page
    assert f"before={made[-1].pk}" in page
    assert "None fits." not in page
