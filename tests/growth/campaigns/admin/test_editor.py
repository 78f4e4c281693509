import json
from datetime import timedelta

import pytest
from django.utils import timezone

from experiments.models import Metric
from growth.campaigns.admin.editor.starting_points import STARTING_POINTS
from growth.campaigns.models import Campaign
from tests.growth.campaigns import builders
from tests.growth.campaigns.admin.conftest import LIST
from tests.growth.campaigns.admin.forms import TWO, filled

pytestmark = pytest.mark.django_db


def save(client, **given):
    return client.post(f"{LIST}add/", filled(**given))


def told(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_a_campaign_is_made_with_its_variations_and_their_texts(boss, admin):
    goal, guard = Metric.objects.get(key="seen-day-3").newest, Metric.objects.get(key="error-rate").newest
    response = save(boss, goal=str(goal.pk), guardrails=[str(guard.pk)], channels=("webpush", "webhook"))
    made = Campaign.objects.get()
    assert response.url == made.get_absolute_url()
    assert (made.key, made.state, made.created_by, made.goal) == ("spring", "draft", admin, goal)
    assert (made.coverage, made.holdout, made.expires_after) == (10_000, 1000, timedelta(hours=24))
    assert (made.channels, list(made.guardrails.all())) == (["webpush", "webhook"], [guard])
    first, second = made.variations.all()
    assert first.content == {"texts": {"en": {"title": "Hello", "body": "Come and see."}}, "url": "/"}
    assert second.content["texts"]["zh-hans"] == {"title": "很高兴见到你"}


def test_the_form_shows_again_what_was_saved(boss):
    save(boss, holdout="12.5", expires_after="90", expires_after_unit="minutes")
    page = boss.get(Campaign.objects.get().get_absolute_url())
    page = page.content.decode()
    assert 'name="holdout" value="12.5"' in page
    assert 'name="expires_after" value="90"' in page
    assert 'value="很高兴见到你"' in page


def test_what_was_saved_is_saved_again_and_told(boss, admin):
    save(boss)
    made = Campaign.objects.get()
    boss.post(made.get_absolute_url(), filled(name="Summer", key="spring"))
    made.refresh_from_db()
    assert made.name == "Summer"
    change = made.changes.first()
    assert (change.act, change.by, change.after) == ("changed", admin, {"name": "Summer"})


@pytest.mark.parametrize(
    ("given", "where", "says"),
    [
        ({"channels": ("webpush", "webpush")}, "channels", "A channel is there twice."),
        ({"holdout": "100"}, "holdout", "less than or equal to 99.99"),
        ({"coverage": "0"}, "coverage", "greater than or equal to 0.01"),
        ({"kind": "triggered"}, "trigger", "Say what it begins with."),
        ({"expires_after": "0"}, "expires_after", "Longer than nothing."),
        ({"factors": "title ask"}, "factors", "a factor is a line like"),
        ({"key": "With Blanks"}, "key", "Small letters, digits, points"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(boss, given, where, says):
    response = save(boss, **given)
    assert says in told(response)
    assert where in response.context["editor"].form.errors
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("arm", "field", "says"),
    [
        ({"title_en": "Hello {{ member.nme }}"}, "title_en", "There is no variable"),
        ({"body_en": "{% if %}"}, "body_en", "This is no template"),
        ({"title_en": "{{ item.title }}"}, "title_en", "choose one"),
        ({"url": "https://elsewhere.example/"}, "url", "lead to pages of this site only"),
    ],
)
def test_a_text_that_cannot_be_sent_is_said_beside_it(boss, arm, field, says):
    response = save(boss, arms=[{**TWO[0], **arm}], channels=["inapp"])
    assert says in told(response)
    assert field in response.context["editor"].variations[0].errors
    assert not Campaign.objects.exists()


def test_a_key_that_is_taken_is_said_beside_it(boss):
    save(boss)
    assert "key" in save(boss).context["editor"].form.errors


def test_two_variations_of_one_key_are_refused(boss):
    assert "Two variations have the same key." in told(save(boss, arms=[TWO[0], TWO[0]]))


def test_a_campaign_that_begins_with_an_event_keeps_what_it_waits_for(boss):
    given = {"kind": "triggered", "trigger": "event", "trigger_event": "signed_up"}
    save(boss, **given, delay="1", delay_unit="days", reentry="after", reentry_days="30")
    made = Campaign.objects.get()
    assert (made.trigger, made.trigger_event, made.delay) == ("event", "signed_up", timedelta(days=1))
    assert (made.reentry, made.reentry_days) == ("after", 30)


def test_what_hidden_fields_hold_of_the_other_kind_is_left_out(boss):
    save(boss, trigger="event", trigger_event="signed_up", reentry="after", reentry_days="3")
    assert Campaign.objects.get().trigger == ""


def test_one_more_variation_is_like_the_first(boss):
    page = told(save(boss, act="more_variations"))
    assert 'name="variations-2-title_en" value="Hello"' in page
    assert 'name="variations-2-key" maxlength="40"' in page
    assert not Campaign.objects.exists()


def test_factors_make_the_variations(boss):
    factors = "title: ask = Can you? // 你能吗？ | tell = Look // 看\ntime: 09:00 | 19:00"
    response = save(boss, factors=factors, act="make_variations")
    rows = [row.as_variation() for row in response.context["editor"].variations if row.is_valid()]
    assert [row["key"] for row in rows] == ["ask-0900", "ask-1900", "tell-0900", "tell-1900"]
    assert rows[3]["levels"] == {"title": "tell", "time": "19:00"}
    assert rows[3]["at"].hour == 19
    assert rows[3]["content"]["texts"] == {"en": {"title": "Look", "body": "Come and see."}, "zh-hans": {"title": "看"}}


def test_a_factorial_is_saved_with_its_factors_and_levels(boss):
    factors = "title: ask = Can you? | tell = Look\ntime: 09:00 | 19:00"
    rows = save(boss, factors=factors, act="make_variations").context["editor"].variations
    arms = [
        {name: row[name].value() or "" for name in row.fields if name not in ("DELETE", "channels")} for row in rows
    ]
    save(boss, factors=factors, arms=arms)
    made = Campaign.objects.get()
    assert made.factors == {"title": ["ask", "tell"], "time": ["09:00", "19:00"]}
    assert [row.levels["time"] for row in made.variations.all()] == ["09:00", "19:00"] * 2
    assert "title: ask | tell" in boss.get(made.get_absolute_url()).content.decode()


def test_factors_without_their_variations_are_refused(boss):
    assert "Make the variations of these factors" in told(save(boss, factors="title: a | b"))


def test_each_starting_point_fills_in_a_form_that_shows(boss):
    listed = boss.get(f"{LIST}new/").content.decode()
    for point in STARTING_POINTS:
        assert f"?from={point.key}" in listed
        assert boss.get(f"{LIST}add/?from={point.key}").status_code == 200


def test_the_worked_case_is_a_starting_point():
    form = {**(point := STARTING_POINTS[2]).fields, **point.times()}
    assert (form["coverage"], form["holdout"], len(point.variations)) == (4000, 2500, 3)
    assert form["trigger_event"] == "signed_up"
    assert timedelta(days=13) < form["ends_at"] - timezone.now() <= timedelta(days=14)
    assert point.goal == "seen-day-3"


def test_while_it_runs_only_what_does_not_touch_the_proof_is_asked(boss):
    running = builders.launched()
    form = boss.get(f"{running.get_absolute_url()}?edit").context["editor"].form
    assert set(form.fields) == {"name", "ends_at", "per_second"}
    given = {"name": "Other", "per_second": "20"}
    assert boss.post(running.get_absolute_url(), {**given, "act": "save"}).status_code == 302
    running.refresh_from_db()
    assert (running.name, running.per_second) == ("Other", 20)


def test_who_may_only_look_sees_no_form(staff_with, boss):
    save(boss)
    made = Campaign.objects.get()
    client = staff_with("view_campaign")
    assert "editor" not in (page := client.get(made.get_absolute_url())).context
    assert page.context["acts"] == []
    assert client.post(made.get_absolute_url(), filled()).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_a_form_costs_the_same_with_one_variation_and_with_twenty(boss, django_assert_max_num_queries):
    arms = [{**TWO[0], "key": f"arm-{n}"} for n in range(20)]
    for count in (1, 20):
        save(boss, arms=arms[:count], key=f"spring-{count}")
        address = Campaign.objects.get(key=f"spring-{count}").get_absolute_url()
        boss.get(address)
        with django_assert_max_num_queries(24):
            boss.get(address)


def test_levels_that_are_no_object_are_refused(boss):
    assert save(boss, arms=[{**TWO[0], "levels": json.dumps([1])}]).status_code == 200
    assert not Campaign.objects.exists()
