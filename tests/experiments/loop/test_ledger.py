"""What shipped experiments promised together, beside what a holdout measured."""

import pytest
from django.urls import reverse
from django.utils import timezone

from experiments import holdouts
from experiments.loop import ledger
from experiments.models import Report, Team
from experiments.running import stopping
from experiments.stats.shrinking import Found, habit, total
from tests.experiments import builders

pytestmark = pytest.mark.django_db

ERROR = 0.02


@pytest.fixture
def team() -> Team:
    return Team.objects.create(key="growth", name="Growth")


def reported(experiment, relative, *, srm="ok") -> None:
    """Control's other arm is the second of two; the third shipped nowhere."""
    arms = [{"arm": arm, "relative": value, "relative_se": ERROR} for arm, value in ((1, relative), (2, 9.0))]
    metrics = [{"name": "Bounces", "role": "guardrail", "arms": []}, {"name": "Votes", "role": "primary", "arms": arms}]
    body = {"health": {"srm": {"status": srm}}, "metrics": metrics}
    Report.objects.create(experiment=experiment, as_of=timezone.now(), verdict="ship", body=body)


def finished(relative, *, ships=True, srm="ok", **given):
    experiment = builders.running(**given)
    reported(experiment, relative, srm=srm)
    if ships:
        return stopping.ship(experiment, variation=1, by=None, why="It won.")
    return stopping.stop(experiment, by=None, why="Nothing came of it.")


def held(team, *, keys, measured):
    holdout = holdouts.create(
        "q4", name="Q4", team=team, by=None, metrics=[{"version": builders.new_metric(), "role": "primary"}]
    )
    type(holdout).objects.update(started_at=timezone.now(), frozen_at=timezone.now(), frozen_keys=keys)
    reported(holdout.experiment, measured)


def test_winners_are_shrunk_and_summed_beside_what_the_holdout_measured(team):
    effects = {finished(one, team=team).key: one for one in (0.10, 0.06)}
    finished(-0.01, team=team, ships=False)
    beyond = finished(0.08, team=team)
    held(team, keys=[*effects], measured=0.09)
    (line,) = ledger.lines()
    usual = habit([Found(one, ERROR) for one in (0.10, 0.06, -0.01, 0.08)])
    expected = total([Found(one, ERROR) for one in effects.values()], usual)
    assert (line.team, line.metric, line.finished, line.shipped) == (team, "Votes", 4, 2)
    assert beyond.key not in effects
    assert (line.raw, line.sum) == (pytest.approx(0.16), pytest.approx(expected.value))
    assert line.sum < line.raw
    assert line.measured == Found(0.09, ERROR)
    assert line.difference == pytest.approx(expected.beside(line.measured))


def test_two_say_nothing_of_what_is_usual_and_a_mismatch_of_arms_nothing_at_all(team):
    finished(0.1, team=team)
    finished(0.1, team=team)
    finished(0.5, team=team, srm="fail")
    builders.running(team=team)
    (line,) = ledger.lines()
    assert (line.finished, line.shipped, line.sum, line.sum_ci, line.difference) == (2, 2, None, None, None)


def test_the_page_costs_the_same_for_any_number(admin, client_of, team, django_assert_max_num_queries):
    for one in (0.1, 0.02, 0.03, 0.04):
        finished(one, team=team)
    finished(0.1)
    client = client_of(admin)
    address = reverse("admin:experiments_idea_ledger")
    client.get(address)
    with django_assert_max_num_queries(8):
        page = client.get(address).content.decode()
    assert "Growth" in page
    assert "no team" in page
    assert "from three finished experiments on" in page


def test_it_is_for_those_who_may_see_experiments(alice, client_of):
    alice.is_staff = True
    alice.save()
    assert client_of(alice).get(reverse("admin:experiments_idea_ledger")).status_code == 403
