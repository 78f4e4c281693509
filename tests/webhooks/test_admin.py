"""Endpoints and deliveries in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.webhooks import sending
from community.webhooks.models import Attempt, Delivery, Endpoint
from tests import builders
from tests.webhooks import news

pytestmark = pytest.mark.django_db

ENDPOINTS, DELIVERIES = "admin:webhooks_endpoint_changelist", "admin:webhooks_delivery_changelist"
GIVEN = {"name": "Chat", "url": "https://example.org/hook", "names": ["topic_started", "answer_posted"]}


@pytest.fixture
def desk(client_of, admin):
    return client_of(admin)


def act(client, name: str, *rows, page: str = ENDPOINTS):
    return client.post(reverse(page), {"action": name, "_selected_action": [row.pk for row in rows]}, follow=True)


def page_of(client, endpoint: Endpoint) -> str:
    return client.get(reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])).content.decode()


def test_an_admin_makes_an_endpoint_and_reads_its_secret_on_its_page(desk, admin):
    url = reverse("admin:webhooks_endpoint_add")
    assert f'<option value="{admin.pk}" selected>' in desk.get(url).content.decode()
    desk.post(url, {**GIVEN, "owner": admin.pk})
    endpoint = Endpoint.objects.get()
    assert (endpoint.names, endpoint.state, endpoint.everything) == (["topic_started", "answer_posted"], "on", False)
    assert endpoint.secret.startswith("whsec_")
    assert endpoint.secret in page_of(desk, endpoint)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "http://example.org/"),
        ("url", "https://169.254.169.254/"),
        ("url", "https://example.org:6379/"),
        ("url", "no address"),
        ("names", []),
        ("names", ["signed_in"]),  # nobody's business
        ("name", ""),
    ],
)
def test_a_bad_endpoint_is_refused(desk, field, value):
    answer = desk.post(reverse("admin:webhooks_endpoint_add"), {**GIVEN, field: value})
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert not Endpoint.objects.exists()


def test_who_may_only_look_does_not_see_the_secret(client_of, member_named, endpoint_at):
    looker = member_named("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_endpoint"))
    endpoint = endpoint_at()
    page = page_of(client_of(looker), endpoint)
    assert endpoint.url in page
    assert endpoint.secret not in page
    act(client_of(looker), "rotate", endpoint)
    act(client_of(looker), "turn_off", endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.former_secret, endpoint.state) == ("", "on")


def test_a_moderator_has_no_business_here(client_of, mod, endpoint_at):
    endpoint_at()
    assert client_of(mod).get(reverse(ENDPOINTS)).status_code == 403


def test_a_test_event_is_sent_and_its_answer_shown(desk, endpoint, receiver):
    act(desk, "try_out", endpoint)
    sending.send_due(endpoint.pk)
    (message,) = receiver.taken
    assert message.verified(endpoint.secret)["type"] == "test"
    shown = desk.get(reverse(DELIVERIES)).content.decode()
    assert message.id in shown
    assert "204" in shown


def test_the_buttons_of_the_page_save_and_act(desk, endpoint, admin):
    url, old = reverse("admin:webhooks_endpoint_change", args=[endpoint.pk]), endpoint.secret
    given = {**GIVEN, "url": endpoint.url, "owner": admin.pk}
    desk.post(url, {**given, "webhooks_endpoint_rotate_this": "1"})
    desk.post(url, {**given, "webhooks_endpoint_try_this_out": "1"})
    endpoint.refresh_from_db()
    assert (endpoint.former_secret, endpoint.secret != old) == (old, True)
    assert endpoint.deliveries.get().name == "test"


def test_endpoints_are_turned_off_and_on(desk, endpoint):
    act(desk, "turn_off", endpoint)
    endpoint.refresh_from_db()
    assert endpoint.state == "off"
    Endpoint.objects.update(state="dead", failures=9)
    act(desk, "turn_on", endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.failures) == ("on", 0)


def test_what_is_done_is_sent_again_with_the_same_id(desk, endpoint, receiver):
    builders.question()
    done = news.only(endpoint, "topic_started")
    waiting = Delivery.objects.create(endpoint=endpoint, name="test")
    Delivery.objects.filter(pk=done.pk).update(state="failed", tries=10)
    assert "1 is sent again." in act(desk, "replay", done, waiting, page=DELIVERIES).content.decode()
    sending.send_due(endpoint.pk)
    done.refresh_from_db()
    assert (done.state, done.tries) == ("delivered", 1)
    assert done.message_id in [message.id for message in receiver.taken]


def test_a_delivery_shows_its_message_and_every_attempt(desk, endpoint, receiver):
    builders.question(title="What does it say?")
    delivery = news.only(endpoint, "topic_started")
    Delivery.objects.exclude(pk=delivery.pk).delete()
    receiver.answers = [lambda to: to.say(500, b"<script>alert(1)</script>")]
    sending.send_due(endpoint.pk)
    page = desk.get(reverse("admin:webhooks_delivery_change", args=[delivery.pk])).content.decode()
    assert "What does it say?" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_nobody_makes_changes_or_deletes_a_delivery_by_hand(desk, endpoint):
    delivery = Delivery.objects.create(endpoint=endpoint, name="test")
    assert desk.get(reverse("admin:webhooks_delivery_add")).status_code == 403
    assert desk.post(reverse("admin:webhooks_delivery_delete", args=[delivery.pk])).status_code == 403
    desk.post(reverse("admin:webhooks_delivery_change", args=[delivery.pk]), {"state": "failed", "tries": 5})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("waiting", 0)


def test_a_delivery_is_found_by_its_number_or_what_it_is_about(desk, endpoint):
    ids = {"event_id": 700_001, "object_id": 800_001}
    sought = Delivery.objects.create(endpoint=endpoint, name="topic_started", **ids)
    Delivery.objects.create(endpoint=endpoint, name="test")

    def found(term: object) -> list[Delivery]:
        with CaptureQueriesContext(connection) as asked:
            rows = list(desk.get(reverse(DELIVERIES), {"q": term}).context["cl"].result_list)
        assert not [query for query in asked.captured_queries if "UPPER" in query["sql"]]
        return rows

    assert found(sought.pk) == found(700_001) == found(800_001) == [sought]
    assert found("9" * 30) == found("x") == []


@pytest.mark.parametrize(
    "query", ["", "?state__exact=failed", "?endpoint__id__exact={}", "?name__exact=topic_started&p=3", "?q=7"]
)
def test_the_log_costs_few_queries_however_long_it_is(desk, endpoint_at, query, django_assert_max_num_queries):
    endpoint = endpoint_at()
    rows = [Delivery(endpoint=endpoint, name="topic_started", event_id=n, state="failed") for n in range(120)]
    Delivery.objects.bulk_create(rows)
    desk.get(reverse(DELIVERIES))
    with django_assert_max_num_queries(9):
        assert desk.get(reverse(DELIVERIES) + query.format(endpoint.pk)).status_code == 200


def test_the_list_of_endpoints_costs_few_queries_however_many_there_are(
    desk, endpoint_at, django_assert_max_num_queries
):
    for n in range(30):
        endpoint_at(name=f"No {n}")
    desk.get(reverse(ENDPOINTS))
    with django_assert_max_num_queries(8):
        assert "No 29" in desk.get(reverse(ENDPOINTS)).content.decode()


def test_an_endpoint_is_deleted_with_all_of_its_deliveries_and_no_list_of_them(
    desk, endpoint_at, django_assert_max_num_queries
):
    endpoint, other = endpoint_at(), endpoint_at(name="Other")
    rows = Delivery.objects.bulk_create(Delivery(endpoint=endpoint, name="test") for _ in range(300))
    Attempt.objects.bulk_create(Attempt(delivery=row, code=500) for row in rows)
    kept = Delivery.objects.create(endpoint=other, name="test")
    url = reverse("admin:webhooks_endpoint_delete", args=[endpoint.pk])
    with django_assert_max_num_queries(8):
        assert len(desk.get(url).content) < 100_000
    desk.post(url, {"post": "yes"})
    assert list(Endpoint.objects.all()) == [other]
    assert list(Delivery.objects.all()) == [kept]
    assert not Attempt.objects.exists()
