"""The wiki of a tag: offered for editing to those who may save it, and to nobody else."""

import pytest

from tests import builders

pytestmark = pytest.mark.django_db
ABOUT = "/tags/python/about/"
EDIT = ABOUT + "edit/"


@pytest.fixture(autouse=True)
def tag():
    return builders.tag("python")


def test_who_may_edit_is_offered_the_form_and_saves(mod, client_of):
    browser = client_of(mod)
    assert EDIT in browser.get(ABOUT).text
    assert browser.get(EDIT).status_code == 200
    saved = browser.post(EDIT, {"excerpt": "A language.", "wiki": "Ask about *code*."}, follow=True)
    assert "<em>code</em>" in saved.text


def test_who_may_not_edit_is_not_offered_the_form_and_told_why_at_its_address(alice, client_of):
    browser = client_of(alice)
    assert EDIT not in browser.get(ABOUT).text
    refusal = browser.get(EDIT)
    assert refusal.status_code == 403
    assert "You need" in refusal.text


def test_what_was_typed_comes_back_with_the_reason(alice, client_of):
    refusal = client_of(alice).post(EDIT, {"excerpt": "A snake.", "wiki": "Long lines"})
    assert refusal.status_code == 403
    assert "You need" in refusal.text
    assert "A snake." in refusal.text
    assert "Long lines" in refusal.text
