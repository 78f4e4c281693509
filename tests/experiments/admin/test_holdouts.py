import pytest
from django.contrib.auth.models import Permission

from experiments import holdouts
from experiments.models import ExperimentMetric, Holdout
from tests.experiments import builders

pytestmark = pytest.mark.django_db
URL = "/admin/experiments/holdout/"


@pytest.fixture
def boss(admin, client_of):
    return client_of(admin)


@pytest.fixture
def holdout():
    return holdouts.create("quarter", name="Quarter", by=None)


def act(client, holdout, name, why="It is time."):
    return client.post(f"{URL}{holdout.pk}/{name}/", {"why": why})


def test_a_holdout_is_made_with_what_it_is_judged_by(boss):
    first, second = builders.new_metric("votes").metric, builders.new_metric("visits").metric
    given = {
        "key": "q4",
        "name": "Q4",
        "share": 500,
        "hash_attribute": "id",
        "primary": first.pk,
        "others": [second.pk],
    }
    assert boss.post(f"{URL}add/", given).status_code == 302
    made = Holdout.objects.get()
    assert (made.key, made.share, made.started_at) == ("q4", 500, None)
    roles = ExperimentMetric.objects.filter(experiment=made.experiment).values_list("version__metric__key", "role")
    assert set(roles) == {("votes", "primary"), ("visits", "secondary")}


@pytest.mark.parametrize(("share", "told"), [(5001, "At most half"), (0, "At most half"), ("", "required")])
def test_a_share_that_is_none_is_refused_in_the_form(boss, share, told):
    metric = builders.new_metric("votes").metric
    given = {"key": "q4", "name": "Q4", "share": share, "hash_attribute": "id", "primary": metric.pk}
    assert told in boss.post(f"{URL}add/", given).content.decode()
    assert not Holdout.objects.exists()


def test_a_key_whose_experiment_there_is_already_is_refused_in_the_form(boss):
    metric = builders.new_metric("votes").metric
    builders.new_experiment("holdout-global")
    given = {"key": "global", "name": "Global", "share": 500, "hash_attribute": "id", "primary": metric.pk}
    assert "There is an experiment holdout-global already." in boss.post(f"{URL}add/", given).content.decode()
    assert not Holdout.objects.exists()


def test_it_is_started_frozen_and_ended_by_buttons_that_ask_why(boss, holdout):
    for name, field in (("start", "started_at"), ("freeze", "frozen_at"), ("end", "ended_at")):
        assert f"/{name}" in boss.get(f"{URL}{holdout.pk}/change/").content.decode()
        assert "Why" in boss.get(f"{URL}{holdout.pk}/{name}/").content.decode()
        assert act(boss, holdout, name, why="").status_code == 200
        assert act(boss, holdout, name).status_code == 302
        holdout.refresh_from_db()
        assert getattr(holdout, field)
    assert "/freeze" not in boss.get(f"{URL}{holdout.pk}/change/").content.decode()


def test_an_act_out_of_turn_is_told_and_not_done(boss, holdout):
    told = act(boss, holdout, "freeze").content.decode()
    assert "Only one that has started" in told
    holdout.refresh_from_db()
    assert holdout.frozen_at is None


def test_the_name_may_change_and_nothing_else(boss, holdout):
    boss.post(f"{URL}{holdout.pk}/change/", {"name": "Autumn", "share": 4000, "key": "other"})
    holdout.refresh_from_db()
    assert (holdout.name, holdout.share, holdout.key) == ("Autumn", 500, "quarter")


def test_who_may_not_decide_has_no_buttons_and_is_refused(client_of, member_named, holdout):
    clerk = member_named("clerk", is_staff=True)
    names = ["view_holdout", "change_holdout", "view_experiment"]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = client_of(clerk)
    assert "/start" not in client.get(f"{URL}{holdout.pk}/change/").content.decode()
    assert act(client, holdout, "start").status_code == 403
    assert Holdout.objects.get().started_at is None


def test_states_are_told_in_the_list(boss, holdout):
    assert "draft" in boss.get(URL).content.decode()
    holdouts.start(holdout, by=None)
    assert "holds out" in boss.get(URL).content.decode()
