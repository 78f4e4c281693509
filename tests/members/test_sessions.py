"""Sessions are found as Django finds them: by their key, until they expire."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from community.members.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> SessionStore:
    session = SessionStore()
    session["greeting"] = "hello"
    session.save()
    return session


def test_what_was_kept_is_found_again(kept):
    assert SessionStore(kept.session_key)["greeting"] == "hello"


def test_an_expired_session_is_empty_and_its_key_is_not_used_on(kept):
    Session.objects.filter(pk=kept.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    found = SessionStore(kept.session_key)
    assert dict(found.items()) == {}
    assert found.session_key is None


@pytest.mark.parametrize("key", ["unknown-but-long-enough", "short", "'; DROP TABLE", ""])
def test_a_key_that_nobody_was_given_is_empty(kept, key):
    assert dict(SessionStore(key).items()) == {}


def test_a_member_who_signed_out_is_nobody(alice, client_of):
    browser = client_of(alice)
    assert browser.get("/settings/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/settings/").status_code == 302
