import pytest

from experiments.loop import moving
from experiments.models import Idea, Insight
from experiments.running import stopping
from tests.experiments import builders

pytestmark = pytest.mark.django_db
BOARD = "/admin/experiments/idea/board/"


@pytest.fixture
def at_desk(admin, client_of):
    return client_of(admin)


def stopped(**given):
    return stopping.stop(builders.running(**given), by=None, why="Full.")


def test_an_idea_is_led_around_the_board(at_desk, admin):
    at_desk.post("/admin/experiments/idea/add/", {"title": "Greet newcomers", "impact": "5", "effort": "1"})
    idea = Idea.objects.get()
    assert idea.created_by == admin

    at_desk.post(f"/admin/experiments/idea/{idea.pk}/hypothesis/", {"hypothesis": "If we greet them, they stay."})
    form = at_desk.get(f"/admin/experiments/experiment/add/?idea={idea.pk}").context["editor"].form
    assert form.initial["hypothesis"] == "If we greet them, they stay."

    experiment = stopped(idea=idea)
    at_desk.post(f"/admin/experiments/idea/insight-of/{experiment.pk}/", {"text": "They stay for an answer."})
    insight = Insight.objects.get()
    assert (insight.experiment, insight.created_by) == (experiment, admin)

    at_desk.post(
        f"/admin/experiments/idea/after/{insight.pk}/", {"title": "Answer sooner", "impact": "4", "effort": "3"}
    )
    assert Idea.objects.get(title="Answer sooner").insight == insight
    page = at_desk.get(BOARD).content.decode()
    assert "Answer sooner" in page
    assert "They stay for an answer." in page


def test_what_was_shipped_and_not_measured_since_is_said_so(at_desk, admin):
    experiment = stopping.ship(builders.running(), variation=1, by=None, why="It won.")
    insight = moving.learn(experiment, text="They stay.", by=admin)
    assert "not measured yet" in at_desk.get(BOARD).content.decode()

    measured = {"metric": "Votes", "relative": 0.052, "ci": [0.01, 0.09], "arm": "on", "key": "all"}
    Insight.objects.filter(pk=insight.pk).update(realised={**measured, "by": "holdout", "experiments": 7})

    page = at_desk.get(BOARD).content.decode()
    assert "+5.2 %" in page
    assert "7 experiments" in page


@pytest.mark.slow
def test_the_board_costs_the_same_whatever_is_on_it(at_desk, admin, django_assert_max_num_queries):
    for n in range(8):
        idea = moving.note(f"Idea {n}", by=admin)
        insight = moving.learn(stopped(idea=moving.note("Tested", by=admin)), text="Learned.", by=admin)
        moving.note("Next", by=admin, insight=insight)
        moving.suppose(idea, hypothesis="If …")
        builders.new_experiment(idea=moving.note("In test", by=admin))
    at_desk.get(BOARD)

    with django_assert_max_num_queries(12):
        at_desk.get(BOARD)


def test_without_a_text_nothing_is_written(at_desk):
    experiment = stopped()

    response = at_desk.post(f"/admin/experiments/idea/insight-of/{experiment.pk}/", {"text": " "})

    assert response.status_code == 200
    assert not Insight.objects.exists()


def test_an_idea_is_closed_and_opened_again(at_desk, admin):
    idea = moving.note("Greet newcomers", by=admin)

    at_desk.post(f"/admin/experiments/idea/{idea.pk}/close/")
    idea.refresh_from_db()
    assert idea.state == "closed"

    chosen = {"action": "reopen", "_selected_action": [str(idea.pk)]}
    at_desk.post("/admin/experiments/idea/", chosen)
    idea.refresh_from_db()
    assert idea.state == "open"


def test_who_may_not_look_sees_nothing(member_named, client_of, admin):
    client = client_of(member_named("staffer", is_staff=True))
    idea = moving.note("Greet newcomers", by=admin)

    for address in ("board/", f"{idea.pk}/hypothesis/", "insight-of/1/", "after/1/"):
        assert client.get(f"/admin/experiments/idea/{address}").status_code == 403
    assert client.post(f"/admin/experiments/idea/{idea.pk}/close/").status_code == 403
