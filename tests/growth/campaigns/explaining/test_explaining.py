"""Why a message came, or did not: to the member and to the operator, for each way that it can end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from growth.campaigns.content.sources import SOURCES
from growth.campaigns.explaining.outcomes import TO_MEMBER
from growth.campaigns.explaining.telling import explain
from growth.campaigns.models import Delivery
from tests.growth.campaigns import builders

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
State = Delivery.State
FINAL = sorted(set(State.values) - {"due", "leased"})


@pytest.fixture
def campaign():
    return builders.campaign(variations=[{"key": "plain", "name": "Plain"}, {"key": "warm", "name": "Warm"}])


def delivery(campaign, member, state="sent", **fields) -> Delivery:
    fields = {"held": state == "held", "variation": 1, "propensity": 0.5, "channel": "email", **fields}
    times = {"planned_at": AT, "due_at": AT, "expires_at": AT + timedelta(days=1), "ended_at": AT}
    return Delivery.objects.create(campaign=campaign, member=member, state=state, **{**times, **fields})


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("state", FINAL)
def test_each_end_is_told_on_the_members_page(client_of, alice, campaign, state, language):
    row = delivery(campaign, alice, state)
    alice.language = language
    alice.save(update_fields=["language"])
    html = client_of(alice).get(f"/settings/messages/received/{row.pk}/").content.decode()
    with translation.override(language):
        assert str(TO_MEMBER[state]).split("%")[0] in html


def test_all_ends_differ_in_what_is_said(alice, campaign):
    told = {explain(delivery(campaign, alice, state, occurrence=n)).outcome for n, state in enumerate(FINAL)}
    assert len(told) == len(FINAL)


def test_an_operator_reads_what_was_stored(alice, campaign):
    row = delivery(
        campaign,
        alice,
        "held",
        would_send=True,
        postponed="quiet_hours",
        why={
            "segment": "lapsed",
            "holdout": "global:q4",
            "caps": {"day": "2026-11-18", "week": "2026-11-16"},
            "chosen": {"language": "en", "source": "missed", "topics": [4, 5]},
        },
    )
    because = explain(row, operator=True).because
    assert because == [
        "The member was in the segment “lapsed” when the audience was frozen.",
        f"2 topics were chosen for it: {SOURCES['missed'].label}.",
        "Its text is that in the language en.",
        "Planned for: Nov. 18, 2026, 9:30 a.m.",
        "It waited for the end of quiet hours.",
        "It counts for Nov. 18, 2026 and the week of Nov. 16, 2026 in the member's caps.",
        "Held back by the holdout “q4”.",
        "It would have gone out.",
        "Its variation, drawn with a chance of 50 %: “Warm”.",
    ]


def test_a_member_is_not_told_what_a_team_calls_them_nor_of_trouble_with_providers(alice, campaign):
    why = {"segment": "likely-to-leave", "holdout": "campaign"}
    told = " ".join(
        explain(delivery(campaign, alice, "failed", reason="500", postponed="provider_refuses", why=why)).because
    )
    assert "likely" not in told
    assert "holdout" not in told
    assert "provider" not in told
    assert "“News of the site”, which you can turn off" in told


@pytest.mark.parametrize("state", FINAL)
def test_each_end_is_told_in_the_admin(client_of, admin, alice, campaign, state):
    row = delivery(campaign, alice, state, reason="500", why={"holdout": "campaign"})
    html = client_of(admin).get(f"/admin/campaigns/delivery/{row.pk}/change/").content.decode()
    assert str(State(state).label) in html
    assert "Held back by the campaign&#x27;s holdout." in html
    assert "The provider said: 500" in html


@pytest.mark.parametrize(
    ("cause", "operator", "member"),
    [
        ("event:12", "It answers something that the member did.", "It answers something that you did."),
        ("api:a1", "A program asked for it.", "A program asked for it."),
        ("segment:9", "The member came into the campaign's segment.", "It goes to members for whom it may be of use"),
    ],
)
def test_what_began_it_is_told(alice, campaign, cause, operator, member):
    row = delivery(campaign, alice, why={"cause": cause})
    assert explain(row, operator=True).because[0] == operator
    assert explain(row).because[0].startswith(member)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("cap:week", "The cap of the week was reached."),
        ("goal_reached", "What it was to bring about had happened by itself."),
        ("BadDeviceToken", "The provider said: BadDeviceToken"),
    ],
)
def test_reasons_are_said_in_words(alice, campaign, reason, said):
    assert explain(delivery(campaign, alice, "cancelled", reason=reason), operator=True).because[-1] == said


def test_a_winner_that_was_sent_in_place_of_what_was_drawn_is_named(alice, campaign):
    because = explain(delivery(campaign, alice, why={"winner": 0}), operator=True).because
    assert because[-1] == "The test had been stopped: “Plain” was sent in its place."


def test_the_list_shows_what_has_ended_and_leads_to_why(client_of, alice, bob, campaign, django_assert_max_num_queries):
    rows = [delivery(campaign, alice, occurrence=n) for n in range(27)]
    delivery(campaign, alice, "due", ended_at=None, occurrence=90)
    client = client_of(alice)
    client.get("/settings/messages/received/")
    with django_assert_max_num_queries(6):
        html = client.get("/settings/messages/received/").content.decode()
    assert html.count(">Why?</a>") == 25
    assert f"/settings/messages/received/{rows[-1].pk}/" in html
    assert "?after=" in html
    assert client_of(bob).get(f"/settings/messages/received/{rows[0].pk}/").status_code == 404
