"""The flag page and the button that hides, without script."""

import pytest
from django.urls import reverse

from community.moderation.models import Flag
from tests import builders


@pytest.fixture
def answer(alice, bob):
    return builders.answer(builders.question(alice), bob, body="Buy <shoes> now.")


@pytest.fixture
def page(answer) -> str:
    return reverse("moderation:flag", args=["post", answer.pk])


@pytest.fixture
def reader(db, client_of):
    return client_of(builders.trusted("reader", points=60))


def test_the_page_shows_what_is_flagged_and_the_reasons(reader, page):
    text = reader.get(page).content.decode()
    assert "Buy" in text
    assert text.count('type="radio"') == len(Flag.Reason)


def test_a_flag_leads_back_to_the_post_with_thanks(reader, page, answer):
    reply = reader.post(page, {"reason": "spam", "note": ""})
    assert reply["Location"] == answer.get_absolute_url()
    assert Flag.objects.get().thing == answer


def test_a_comment_is_flagged_too(reader, answer):
    comment = builders.comment(answer)
    reader.post(reverse("moderation:flag", args=["comment", comment.pk]), {"reason": "rude"})
    assert Flag.objects.get().comment == comment


def test_a_refusal_keeps_what_was_written(client_of, page, bob):
    text = client_of(bob).post(page, {"reason": "spam", "note": "I regret it"}).content.decode()
    assert "This is yours" in text
    assert "I regret it" in text
    assert not Flag.objects.exists()


def test_something_else_needs_a_word(reader, page):
    assert "Say in a few words" in reader.post(page, {"reason": "other"}).content.decode()
    assert not Flag.objects.exists()


@pytest.mark.parametrize("kind", ["post", "topic"])
def test_what_is_not_there_is_not_flagged(reader, kind):
    assert reader.get(reverse("moderation:flag", args=[kind, 10**9])).status_code == 404


def test_moderators_hide_and_show_from_the_page(client_of, mod, page, answer):
    client = client_of(mod)
    assert "Or hide it at once" in client.get(page).content.decode()
    client.post(reverse("moderation:hide", args=["post", answer.pk]), {"on": "1", "reason": "spam"})
    answer.refresh_from_db()
    assert answer.hidden_at
    client.post(reverse("moderation:hide", args=["post", answer.pk]), {"on": "0"})
    answer.refresh_from_db()
    assert answer.hidden_at is None


def test_members_find_no_such_button_and_may_not_press_it(reader, page, answer):
    assert "hide it at once" not in reader.get(page).content.decode()
    assert reader.post(reverse("moderation:hide", args=["post", answer.pk]), {"on": "1"}).status_code == 403


def test_strangers_are_asked_to_sign_in(client, page):
    assert client.get(page)["Location"].startswith(reverse("account_login"))
