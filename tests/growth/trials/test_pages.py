"""Questions about an experiment, as their pages, tables and the API show them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from community.desk.models import Act
from experiments.models import Report
from growth.reports import asking, running
from growth.reports.kinds import KINDS
from growth.reports.models import Answer
from growth.trials import links
from tests.experiments.measuring import world

pytestmark = pytest.mark.django_db
KEYS = ("trial-groups", "trial-composition", "trial-balance", "trial-unit", "trial-overlap")


@pytest.fixture
def phase(monkeypatch):
    """Of sixty units, each of whom has voted; no page waits for a worker."""
    monkeypatch.setattr(asking.answered, "__kwdefaults__", {"by": None, "within": 0})
    version = world.metric("conversion", "vote_cast", window_hours=24)
    phase = world.experiment(version)
    phase.experiment.metrics.update(role="primary")
    world.record(
        *(world.exposed(phase, unit, world.at(1), unit % 2) for unit in range(1001, 1061)),
        *(world.did(unit, world.at(1, hours=1)) for unit in range(1001, 1061) if unit % 3),
    )
    return phase


def asked(key, phase, **more):
    return {"experiment": phase.experiment.key, **({"unit": "1001"} if key == "trial-unit" else {}), **more}


def answered(client, key, given):
    client.get(f"/admin/analytics/{key}/", given)
    for answer in Answer.objects.filter(state="queued"):
        running.run(answer.pk)
    assert set(Answer.objects.values_list("state", "fault")) == {("done", "")}
    return client.get(f"/admin/analytics/{key}/", given).content.decode()


@pytest.mark.parametrize("key", KEYS)
def test_each_is_answered_shown_and_told(client_of, admin, phase, key):
    boss, given = client_of(admin), asked(key, phase)
    html = answered(boss, key, given)
    assert 'class="result"' in html
    assert boss.get(f"/admin/analytics/{key}/csv/", given).content.count(b"\n") >= 1
    assert boss.get(f"/api/v1/analytics/{key}/", given).json()["result"] == Answer.objects.get().result


def test_three_that_share_people_are_drawn_as_a_map(client_of, admin, phase):
    others = [world.experiment() for _ in range(2)]
    world.record(*(world.exposed(other, unit, world.at(1)) for other in others for unit in range(1001, 1031)))
    html = answered(client_of(admin), "trial-overlap", asked("trial-overlap", phase))
    assert html.count("shade-10") == 4  # of each of the two, all have the other and the first
    assert html.count("shade-7") == 2  # half of the first have either


@pytest.mark.parametrize("key", KEYS)
def test_one_takes_permission_to_see_experiments(client_of, member_named, phase, key):
    staff = member_named("reader", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_answer"))
    client = client_of(staff)
    assert client.get(f"/admin/analytics/{key}/", asked(key, phase)).status_code == 403
    assert client.get(f"/api/v1/analytics/{key}/", asked(key, phase)).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_experiment"))
    allowed = 403 if key == "trial-unit" else 200
    assert client.get(f"/admin/analytics/{key}/", asked(key, phase)).status_code == allowed


def test_a_look_at_one_unit_is_in_the_audit(client_of, admin, phase):
    answered(client_of(admin), "trial-unit", asked("trial-unit", phase))
    assert Act.objects.filter(verb="see_people", label=str(KINDS["trial-unit"].title)).count() == 1


def test_people_behind_a_number_are_as_many(client_of, admin, phase):
    boss = client_of(admin)
    for key, cell, count in (
        ("trial-groups", '{"arm": 1, "value": ""}', 30),
        ("trial-balance", '{"arm": 0}', 30),
        ("trial-composition", '{"of": "exposed"}', 60),
        ("trial-composition", '{"of": "active", "dimension": "tenure", "value": "new"}', 40),
    ):
        given = asked(key, phase, cell=cell)
        boss.get(f"/admin/analytics/{key}/people/", given)
        running.run(Answer.objects.latest("pk").pk)
        assert len(Answer.objects.latest("pk").persons) == count


def test_results_that_the_report_hides_are_hidden_here(client_of, admin, phase):
    body = {"health": {"srm": {"status": "fail"}}, "phase": {"started_at": world.START.isoformat()}}
    Report.objects.create(experiment=phase.experiment, as_of=world.at(9), verdict="unhealthy", body=body)
    client_of(admin).get("/admin/analytics/trial-groups/", asked("trial-groups", phase))
    running.run(Answer.objects.get().pk)
    assert Answer.objects.get().state == "failed"
    assert "hidden" in Answer.objects.get().fault


@pytest.mark.parametrize(
    ("key", "given", "fault"),
    [
        ("trial-groups", {"experiment": "none"}, "No such experiment"),
        ("trial-unit", {"unit": "@nobody"}, "no member of this name"),
        ("trial-unit", {"unit": "0"}, "Write a number"),
        ("trial-overlap", {"other": "none"}, "No such experiment"),
        ("trial-balance", {"phase": 7}, "No such experiment"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(client_of, admin, phase, key, given, fault):
    html = client_of(admin).get(f"/admin/analytics/{key}/", {**asked(key, phase), **given}).content.decode()
    assert fault in html
    assert not Answer.objects.exists()


def test_a_name_is_the_members_number(member_named, phase):
    one = member_named("ada")
    assert KINDS["trial-unit"].form({"experiment": phase.experiment.key, "unit": "@ada"}).is_valid()
    form = KINDS["trial-unit"].form({"experiment": phase.experiment.key, "unit": "@ada"})
    form.is_valid()
    assert form.cleaned_data["unit"] == str(one.pk)


def test_a_report_of_an_experiment_leads_to_what_one_may_ask(rf, admin, member_named, phase):
    request = rf.get("/")
    request.user = admin
    assert len(links.of(request, phase.experiment)) == len(KEYS)
    request.user = member_named("nobody")
    assert links.of(request, phase.experiment) == []


def test_a_question_takes_few_queries(client_of, admin, phase, django_assert_max_num_queries):
    boss = client_of(admin)
    answered(boss, "trial-balance", asked("trial-balance", phase))
    with django_assert_max_num_queries(16):
        boss.get("/admin/analytics/trial-balance/", asked("trial-balance", phase))
