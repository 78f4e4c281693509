"""The link at the end of every mail: signed, works signed out, and by one click of the mail program (RFC 8058)."""

import pytest
from django.test import Client

from community.notifications import unsubscribing


@pytest.fixture
def link(alice) -> str:
    return unsubscribing.path_for(alice)


def test_looking_changes_nothing(client, alice, link):
    assert "Stop e-mail?" in client.get(link).content.decode()
    alice.refresh_from_db()
    assert alice.email_notifications


def test_the_mail_program_posts_without_cookies_and_it_is_done(alice, link):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    alice.refresh_from_db()
    assert not alice.email_notifications


def test_it_can_be_taken_back(client, alice, link):
    client.post(link)
    assert "You get mail again" in client.post(link, {"again": "yes"}).content.decode()
    alice.refresh_from_db()
    assert alice.email_notifications


def test_a_forged_link_finds_nothing(client, alice, bob, link):
    token = link.split("/")[-2]
    forged = unsubscribing.path_for(bob).split("/")[-2].split(":")[0] + ":" + token.split(":", 1)[1]
    assert client.post(link.replace(token, forged)).status_code == 404
    bob.refresh_from_db()
    assert bob.email_notifications
