"""Rollouts in the admin: begun on a flag's page, watched, moved by those who may decide."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from experiments.models import MetricVersion, Rollout
from experiments.rollouts import stepping
from tests.experiments import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def deciding(admin, client_of):
    return client_of(admin)


def address(rollout, *act):
    return reverse("admin:experiments_rollout_act", args=[rollout.pk, *act]) if act else rollout.get_absolute_url()


def guards(**given):
    first = {f"guards-{place}-margin": "0" for place in range(3)}
    return {"guards-TOTAL_FORMS": 3, "guards-INITIAL_FORMS": 0, **first, **given}


def test_it_begins_on_a_flags_page_with_its_guardrails(deciding):
    flag, votes = builders.new_flag("buttons"), builders.new_metric("votes", window_hours=24)
    begin = reverse("admin:experiments_rollout_begin", args=[flag.pk])
    assert deciding.get(f"/admin/experiments/flag/{flag.pk}/roll_out/").url == begin
    assert deciding.get(begin).status_code == 200

    told = guards(**{"guards-0-metric": votes.metric_id, "guards-0-margin": "2.5"})
    answer = deciding.post(begin, {"value": "true", "step_hours": "6", "why": "New ones.", **told})

    rollout = Rollout.objects.get()
    assert answer.url == address(rollout)
    uses = rollout.experiment.metrics.order_by("position").values_list("version__metric__key", "margin")
    assert list(uses) == [("votes", 0.025), ("error-rate", 0)]
    assert (rollout.step_hours, rollout.last_step.by.username) == (6, "admin")


def test_what_is_refused_is_said_in_the_form(deciding):
    begin = reverse("admin:experiments_rollout_begin", args=[builders.new_flag().pk])
    page = deciding.post(begin, {"value": "false", "step_hours": "6", **guards()})
    assert "Everybody has that already." in page.content.decode()
    assert not Rollout.objects.exists()


def test_a_metric_is_offered_by_its_newest_version(deciding):
    plain = builders.new_metric("plain", window_hours=24).metric
    capped = builders.new_metric("capped", kind="sum", window_hours=24)
    MetricVersion.objects.create(
        metric=capped.metric, number=2, kind="sum", events="vote_cast", cap_share=0.9, window_hours=24
    )
    page = deciding.get(reverse("admin:experiments_rollout_begin", args=[builders.new_flag().pk]))
    offered = set(page.context["guards"][0].fields["metric"].queryset)
    assert plain in offered
    assert capped.metric not in offered


def test_a_step_longer_than_the_table_holds_is_refused_in_the_form(deciding):
    begin = reverse("admin:experiments_rollout_begin", args=[builders.new_flag().pk])
    page = deciding.post(begin, {"value": "true", "step_hours": "40000", **guards()})
    assert "step_hours" in page.context["form"].errors
    assert not Rollout.objects.exists()


def test_the_page_shows_the_way_it_went_and_what_was_seen(deciding, alice):
    rollout = stepping.begin(builders.new_flag("buttons"), value=True, by=None)
    version = rollout.experiment.metrics.get().version_id
    guard = {"version": version, "name": "Error rate", "kind": "ratio", "margin": 0.0, "units": [900, 910]}
    numbers = {"control": 0.05, "arm": 0.09, "relative": 0.8, "p": 0.00002, "level": 0.01, "harmed": True}
    stepping.roll_back(
        rollout, by=alice, why="Too many errors.", evidence={"units": [900, 910], "guards": [guard | numbers]}
    )

    page = deciding.get(address(rollout)).content.decode()

    for words in ("Rolled back: nobody has it.", "Too many errors.", "5.00 %", "9.00 %", "+80.0 %", "harmed", "alice"):
        assert words in page
    assert 'class="dot was-rolled_back"' in page
    assert reverse("admin:experiments_rollout_act", args=[rollout.pk, "hold"]) not in page


@pytest.mark.parametrize(("act", "state"), [("advance", "running"), ("hold", "held"), ("roll_back", "rolled_back")])
def test_it_is_moved_by_hand_with_a_reason(deciding, act, state):
    rollout = stepping.begin(builders.new_flag(), value=True, by=None)
    assert 'name="why"' in deciding.get(address(rollout, act)).content.decode()
    assert "This field is required." in deciding.post(address(rollout, act), {"why": ""}).content.decode()
    rollout.refresh_from_db()
    assert rollout.history.count() == 1

    assert deciding.post(address(rollout, act), {"why": "Because."}).url == address(rollout)

    rollout.refresh_from_db()
    assert (rollout.state, rollout.reason, rollout.last_step.by.username) == (state, "Because.", "admin")


def test_what_cannot_be_done_now_is_refused(deciding):
    rollout = stepping.begin(builders.new_flag(), value=True, by=None)
    page = deciding.post(address(rollout, "resume"), {"why": "Because."})
    assert "It is running; this cannot be done with it now." in page.content.decode()
    assert 'name="why"' not in page.content.decode()
    assert deciding.get(address(rollout, "unheard-of")).status_code == 404


def test_only_who_may_decide_moves_one(member_named, client_of):
    rollout = stepping.begin(builders.new_flag("buttons"), value=True, by=None)
    reader = member_named("rita", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_rollout"))
    client = client_of(reader)

    page = client.get(address(rollout))

    assert page.status_code == 200
    assert "roll_back" not in page.content.decode()
    assert client.post(address(rollout, "roll_back"), {"why": "Because."}).status_code == 403
    assert client.get(reverse("admin:experiments_rollout_begin", args=[rollout.experiment.flag_id])).status_code == 403


def test_the_list_and_the_report_lead_to_it(deciding, django_assert_max_num_queries):
    rollout = stepping.begin(builders.new_flag("buttons"), value=True, by=None)
    stepping.begin(builders.new_flag("links"), value=True, by=None)
    with django_assert_max_num_queries(12):
        page = deciding.get(reverse("admin:experiments_rollout_changelist")).content.decode()
    assert "Rollout of buttons" in page
    assert address(rollout) in page
    report = deciding.get(rollout.experiment.get_absolute_url()).content.decode()
    assert address(rollout) in report
    assert "/ship/" not in report
