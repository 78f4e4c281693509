"""A form of another site, sent with the member's cookie, changes nothing, whatever address it is sent to."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from community.forum.models import Post, Vote
from tests import builders
from tests.pages.test_bad_input import NAMES as PLACES
from tests.pages.test_bad_input import ROUTES, address

pytestmark = pytest.mark.django_db

# What programs post to, who carry a token or a signature and no cookie that would count.
WITHOUT_COOKIES = r"/api/v1/|/api/features/|/ofrep/|/oauth/|/unsubscribe/|/csp"


@pytest.fixture
def strict(alice) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_address_refuses_a_post_without_the_token(strict):
    answers = {
        route: strict.post(address(route, PLACES), {"value": "1"}).status_code
        for route in ROUTES
        if not re.match(WITHOUT_COOKIES, route)
    }
    assert {route: status for route, status in answers.items() if status not in (403, 404)} == {}
    assert len([status for status in answers.values() if status == 403]) > 80
    assert answers["/p/<int:pk>/vote/"] == answers["/settings/leave/"] == answers["/write/upload/"] == 403


@pytest.mark.parametrize("token", ["", "x" * 64, "é\x00"])
def test_a_wrong_token_is_refused_with_a_page_that_says_what_to_do(strict, bob, token):
    post = builders.opening(builders.question(bob))
    strict.get("/ask/")  # sets the cookie
    answer = strict.post(f"/p/{post.pk}/vote/", {"value": "1", "csrfmiddlewaretoken": token})
    assert answer.status_code == 403
    assert "<html" in answer.content.decode()
    assert not Vote.objects.exists()


def test_another_sites_origin_is_refused_even_with_the_token(strict, bob):
    builders.trusted("helper")
    topic = builders.question(bob)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', strict.get(f"/t/{topic.pk}/reply/").content.decode())[1]
    given = {"body": "An answer of words.", "csrfmiddlewaretoken": token}
    refused = strict.post(f"/t/{topic.pk}/reply/", given, HTTP_ORIGIN="https://evil.example")
    assert refused.status_code == 403
    assert Post.objects.filter(number__gt=0).count() == 0
    assert strict.post(f"/t/{topic.pk}/reply/", given).status_code == 302
