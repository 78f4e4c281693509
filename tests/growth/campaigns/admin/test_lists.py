from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from growth.campaigns.admin import lists
from growth.campaigns.models import Attempt, Campaign, Delivery, FrequencyCap, Notice, Occurrence, Provider, QuietHours
from growth.campaigns.providers import carrier
from tests.growth.campaigns import builders
from tests.growth.campaigns.admin.conftest import LIST

pytestmark = pytest.mark.django_db
ADMIN = "/admin/campaigns/"


def delivery(campaign, member, state="sent", **fields):
    now = timezone.now()
    ended = None if state == "due" else now
    given = {"planned_at": now, "due_at": now, "expires_at": now + timedelta(days=1), "ended_at": ended, **fields}
    return Delivery.objects.create(campaign=campaign, member=member, state=state, **given)


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_is_searched_and_sifted(boss, admin):
    builders.campaign(name="Spring", by=admin)
    builders.launched(name="Autumn")
    assert "Spring" in (page := text(boss.get(LIST)))
    assert "Autumn" in page
    assert "Autumn" not in text(boss.get(f"{LIST}?q=spr"))
    assert "Spring" not in text(boss.get(f"{LIST}?state=running"))
    assert "Autumn" not in text(boss.get(f"{LIST}?mine=on"))
    assert "None fits." in text(boss.get(f"{LIST}?q=winter&state=nonsense"))


def test_the_list_costs_the_same_for_one_and_for_twenty(boss, django_assert_max_num_queries):
    for count in (1, 20):
        for _ in range(count):
            Occurrence.objects.create(campaign=builders.campaign(), number=0, at=timezone.now(), audience=10)
        boss.get(LIST)
        with django_assert_max_num_queries(12):
            boss.get(LIST)


def test_a_page_of_the_list_leads_to_the_older_ones(boss, monkeypatch):
    monkeypatch.setattr(lists, "SIZE", 2)
    made = [builders.campaign() for _ in range(3)]
    page = boss.get(LIST)
    assert page.context["rows"] == [made[2], made[1]]
    assert boss.get(f"{LIST}{page.context['older']}").context["rows"] == [made[0]]


def test_progress_counts_rows_by_state(boss, alice, bob, carol):
    campaign = builders.launched()
    delivery(campaign, alice)
    delivery(campaign, bob, state="held", held=True)
    delivery(campaign, carol, state="due")
    page = text(boss.get(f"{LIST}{campaign.pk}/progress/"))
    assert "2 of 3 members are done: 66 %." in page
    assert "every 15s" in page
    assert f"?campaign={campaign.pk}&amp;state__exact=held" in page


def test_a_page_that_shows_another_state_is_told_to_be_new(boss):
    campaign = builders.launched()
    address = f"{LIST}{campaign.pk}/progress/?state="
    assert "HX-Refresh" not in boss.get(f"{address}running").headers
    assert boss.get(f"{address}scheduled").headers["HX-Refresh"] == "true"


class TestCalendar:
    @pytest.fixture(autouse=True)
    def winter(self):
        with time_machine.travel(datetime(2026, 1, 15, 12, tzinfo=UTC), tick=False):
            yield

    def going(self, client, query):
        page = client.get(f"{LIST}calendar/{query}")
        return {day.day.isoformat(): day.going for week in page.context["weeks"] for day in week if day.going}

    def test_what_went_out_and_what_is_expected_stand_on_their_days(self, boss):
        start = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        campaign = builders.launched(starts_at=start, repeat="weekly", now=start, ends_at=start + timedelta(days=20))
        campaign.occurrences.update(audience=12)
        found = self.going(boss, "?day=2026-03-10")
        assert list(found) == ["2026-03-02", "2026-03-09", "2026-03-16"]
        assert [going.tone for day in found.values() for going in day] == ["gone", "expected", "expected"]
        assert found["2026-03-02"][0].audience == 12
        assert "Nothing goes out" not in text(boss.get(f"{LIST}calendar/?day=2026-03-10"))

    def test_a_repeat_that_was_missed_is_not_expected_any_more(self, boss):
        builders.campaign(starts_at=datetime(2026, 1, 1, 8, tzinfo=UTC), repeat="weekly")
        assert list(self.going(boss, "?day=2026-01-01")) == ["2026-01-01", "2026-01-22", "2026-01-29"]

    def test_a_week_shows_its_seven_days(self, boss):
        builders.campaign(starts_at=datetime(2026, 3, 4, 8, tzinfo=UTC))
        assert list(self.going(boss, "?by=week&day=2026-03-08")) == ["2026-03-04"]
        assert self.going(boss, "?by=week&day=2026-03-09") == {}

    def test_a_repeat_far_ahead_is_found(self, boss):
        builders.campaign(starts_at=datetime(2020, 1, 31, 8, tzinfo=UTC), repeat="monthly")
        assert "2026-02-28" in self.going(boss, "?day=2026-02-01")
        builders.campaign(starts_at=datetime(2010, 1, 1, 8, tzinfo=UTC), repeat="daily")
        assert len(self.going(boss, "?day=2026-02-01")) == 35

    def test_what_begins_with_an_event_goes_out_all_the_time(self, boss):
        builders.launched(kind="triggered", trigger="event", trigger_event="signed_up", name="Newcomers")
        page = text(boss.get(f"{LIST}calendar/"))
        assert "All the time" in page
        assert "Newcomers" in page

    @pytest.mark.parametrize(
        "query", ["?day=nonsense", "?day=2026-13-01", "?day=0001-01-01", "?day=9999-12-31&by=week"]
    )
    def test_a_day_that_is_none_shows_today(self, boss, query):
        assert boss.get(f"{LIST}calendar/{query}").context["day"] == timezone.localdate()


class TestDeliveries:
    def test_they_are_listed_with_what_was_tried(self, boss, alice):
        campaign = builders.launched(variations=[{"key": "only", "name": "The only one"}])
        row = delivery(campaign, alice, state="failed", reason="time-out", variation=0)
        Attempt.objects.create(delivery=row, channel="inapp", idempotency_key="k", outcome="retry", code=503)
        assert "The only one" in text(boss.get(f"{ADMIN}delivery/?state__exact=failed&campaign={campaign.pk}"))
        assert "503" in text(boss.get(f"{ADMIN}delivery/{row.pk}/change/"))

    def test_the_list_costs_the_same_for_one_and_for_twenty(self, boss, member_named, django_assert_max_num_queries):
        for count in (1, 20):
            campaign = builders.launched()
            for number in range(count):
                delivery(campaign, member_named(f"m{count}-{number}"))
            boss.get(f"{ADMIN}delivery/")
            with django_assert_max_num_queries(12):
                boss.get(f"{ADMIN}delivery/")

    def test_dead_letters_are_sent_again_and_what_was_sent_is_not(self, boss, alice, bob, admin):
        campaign = builders.launched()
        dead, sent = delivery(campaign, alice, state="failed"), delivery(campaign, bob)
        boss.post(f"{ADMIN}delivery/", {"action": "replay", "_selected_action": [dead.pk, sent.pk]})
        dead.refresh_from_db()
        sent.refresh_from_db()
        assert (dead.state, dead.replays, sent.state) == ("due", 1, "sent")
        assert campaign.changes.first().by == admin

    def test_who_may_only_look_sends_nothing_again(self, staff_with, alice):
        dead = delivery(builders.launched(), alice, state="failed")
        client = staff_with("view_delivery")
        client.post(f"{ADMIN}delivery/", {"action": "replay", "_selected_action": [dead.pk]})
        dead.refresh_from_db()
        assert dead.state == "failed"


class TestProviders:
    def test_a_secret_goes_in_and_does_not_come_out(self, boss):
        given = {"key": "push", "name": "Push", "channel": "webpush", "config": "{}", "active": "on"}
        assert (
            boss.post(f"{ADMIN}provider/add/", {**given, "new_secret": '{"private_key": "tulip"}'}).status_code == 302
        )
        made = Provider.objects.get(key="push")
        assert b"tulip" not in bytes(made.secret)
        assert carrier(made).secret == {"private_key": "tulip"}
        page = text(boss.get(f"{ADMIN}provider/{made.pk}/change/"))
        assert "tulip" not in page
        assert "It is set" in page

    def test_a_secret_that_is_left_empty_stays(self, boss):
        provider = Provider.objects.get(key="mail")
        address = f"{ADMIN}provider/{provider.pk}/change/"
        boss.post(address, {"name": "Mail", "config": "{}", "active": "on", "new_secret": '{"password": "p"}'})
        boss.post(address, {"name": "Letters", "config": "{}", "active": "on", "new_secret": ""})
        provider.refresh_from_db()
        assert (provider.name, carrier(provider).secret) == ("Letters", {"password": "p"})

    @pytest.mark.parametrize("secret", ["tulip", "[1]", "[" * 100_000])
    def test_a_secret_that_is_no_object_is_refused(self, boss, secret):
        given = {"key": "push", "name": "Push", "channel": "webpush", "config": "{}", "new_secret": secret}
        assert boss.post(f"{ADMIN}provider/add/", given).status_code == 200

    @pytest.mark.django_db(transaction=True)  # notices are written by another connection
    def test_it_is_tried_on_oneself(self, boss):
        provider = Provider.objects.get(key="site")
        told = boss.post(f"{ADMIN}provider/{provider.pk}/try/", {"go": "1"}, follow=True)
        assert "accepted" in text(told)
        assert not Delivery.objects.exists()

    def test_who_cannot_be_reached_is_told(self, boss):
        provider = Provider.objects.create(key="push", name="Push", channel="webpush")
        assert "you cannot be reached" in text(boss.get(f"{ADMIN}provider/{provider.pk}/try/"))


@pytest.mark.django_db(transaction=True)
def test_a_campaign_is_tried_on_oneself_as_often_as_one_likes(boss, admin):
    arms = [{"key": "only", "content": {"texts": {"en": {"title": "Hello {{ member.name }}"}}}}]
    campaign = builders.campaign(variations=arms)
    for _ in range(2):
        told = boss.post(f"{LIST}{campaign.pk}/try/", {"variation": "0"}, follow=True)
        assert "on the site: accepted" in text(told)
    assert [notice.title for notice in Notice.objects.filter(member=admin)] == ["Hello admin"] * 2
    assert not Delivery.objects.exists()
    Campaign.objects.update(channels=["webpush"])
    assert "None of its channels reaches you" in text(boss.post(f"{LIST}{campaign.pk}/try/", {"variation": "0"}))


def test_caps_are_changed_and_neither_made_nor_deleted(boss):
    cap = FrequencyCap.objects.get(priority=2)
    assert boss.post(f"{ADMIN}frequencycap/{cap.pk}/change/", {"per_day": "7", "per_week": ""}).status_code == 302
    cap.refresh_from_db()
    assert (cap.per_day, cap.per_week) == (7, None)
    assert boss.get(f"{ADMIN}frequencycap/add/").status_code == 403
    assert boss.post(f"{ADMIN}frequencycap/{cap.pk}/delete/").status_code == 403


def test_of_quiet_hours_the_sites_alone_are_shown(boss, alice):
    QuietHours.objects.create(member=alice, since="01:00", until="02:00")
    page = text(boss.get(f"{ADMIN}quiethours/"))
    assert "22:00–08:00" in page
    assert "01:00" not in page
