from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from experiments.models import Experiment
from experiments.running import starting
from tests.experiments import builders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def started(experiment: Experiment, **given) -> str:
    try:
        starting.start(experiment, by=None, **given)
    except ValidationError as refused:
        return next(iter(refused.message_dict))
    finally:
        connection.close()
    return "running"


def test_of_two_that_start_at_once_on_one_flag_one_is_told_of_the_other():
    flag = builders.new_flag()
    both = [builders.new_experiment(flag=flag) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(started, both))

    assert found == ["flag", "running"]


def test_one_that_is_started_twice_at_once_starts_once():
    experiment = builders.new_experiment()

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(started, [experiment] * 4))

    assert found == ["running", "status", "status", "status"]
    assert experiment.phases.count() == 1


def test_no_two_have_the_same_part_of_a_layer():
    flag = builders.new_flag(layer=builders.new_layer())
    several = [builders.new_experiment(flag=flag) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: started(one, share=3_000), several))

    assert sorted(found) == ["running", "running", "running", "share"]
