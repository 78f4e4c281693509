"""What was decided becomes what everybody gets, and is taken back in one."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from experiments.flags import changing
from experiments.flags.describing import describe
from experiments.flags.solidifying import solidify
from experiments.models import Experiment, Publication

pytestmark = pytest.mark.django_db


@pytest.fixture
def flag(member_named):
    rules = [{"value": "b", "coverage": 500}, {"value": "c", "condition": {"country": "DE"}}]
    return changing.create(
        "copy", kind="string", off_value="a", on_value="b", by=None, rules=rules, staff=True, users=[member_named("d")]
    )


def body():
    return Publication.objects.get(flag="copy").body


def test_everybody_gets_what_won(flag):
    solidify(flag, "b", by=None, why="+9 % on day 7.")
    assert (body()["defaultValue"], body()["rules"], flag.lifecycle) == ("b", [], "completed")
    assert (flag.changes.first().act, flag.changes.first().why) == ("solidified", "+9 % on day 7.")


def test_it_is_taken_back_with_all_there_was(flag):
    before, published = describe(flag), body()
    solidify(flag, "b", by=None, why="Won.")
    changing.revert(flag.changes.first(), by=None, why="The guide is wrong.")
    assert describe(flag) == before
    without_ids = [{**rule, "id": ""} for rule in published["rules"]]
    assert [{**rule, "id": ""} for rule in body()["rules"]] == without_ids


def test_a_value_of_another_kind_is_refused(flag):
    with pytest.raises(ValidationError, match="texts"):
        solidify(flag, 7, by=None, why="Won.")


def test_it_says_why(flag):
    with pytest.raises(ValidationError, match="Say why"):
        solidify(flag, "b", by=None, why="")


def test_not_while_an_experiment_runs_or_it_is_off(flag):
    changing.kill(flag, by=None, why="Pages fail.")
    with pytest.raises(ValidationError, match="Revive it first"):
        solidify(flag, "b", by=None, why="Won.")
    changing.revive(flag, by=None, why="Mended.")
    Experiment.objects.create(key="e", name="E", flag=flag, status="running", started_at=timezone.now())
    with pytest.raises(ValidationError, match="An experiment runs"):
        solidify(flag, "b", by=None, why="Won.")


def test_what_is_solidified_is_taken_back_rather_than_killed(flag):
    solidify(flag, "b", by=None, why="Won.")
    with pytest.raises(ValidationError, match="take that back"):
        changing.kill(flag, by=None, why="It fails.")
