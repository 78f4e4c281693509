import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction

from experiments import layers
from experiments.layers import gaps
from experiments.models import Flag, Layer, Lease
from experiments.running import stopping
from tests.experiments import builders


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ([], [(0, 10_000)]),
        ([(0, 10_000)], []),
        ([(6000, 7000), (0, 5000)], [(5000, 6000), (7000, 10_000)]),
        ([(1, 2), (2, 9999)], [(0, 1), (9999, 10_000)]),
    ],
)
def test_gaps_are_what_ranges_leave(taken, free):
    assert gaps(taken) == free


@pytest.fixture
def flag(db):
    return builders.new_flag("composer", layer=builders.new_layer("page"))


def experiment(flag, key):
    return builders.new_experiment(key, flag=flag)


def ranges():
    return sorted((one.low, one.high) for one in Lease.objects.standing())


def test_the_first_gap_that_is_wide_enough_is_leased(flag, alice):
    one, two, three, four = (experiment(flag, key) for key in ("one", "two", "three", "four"))
    for which, share in ((one, 2000), (two, 3000), (three, 1000)):
        layers.lease(which, share=share, by=alice)
    assert ranges() == [(0, 2000), (2000, 5000), (5000, 6000)]
    assert layers.release(two, by=alice) == 1
    assert layers.lease(four, share=2500, by=alice).by == alice
    assert ranges() == [(0, 2000), (2000, 4500), (5000, 6000)]


def test_more_than_is_free_in_one_piece_is_refused_with_what_there_is(flag):
    layers.lease(experiment(flag, "one"), share=6000, by=None)
    with pytest.raises(ValidationError, match="40 %"):
        layers.lease(experiment(flag, "two"), share=4001, by=None)


def test_an_experiment_has_one_range_and_only_of_a_layer(flag):
    one = experiment(flag, "one")
    layers.lease(one, share=100, by=None)
    with pytest.raises(ValidationError, match="already"):
        layers.lease(one, share=100, by=None)
    with pytest.raises(ValidationError, match="no layer"):
        layers.lease(builders.new_experiment("loose"), share=100, by=None)


def test_what_was_leased_is_never_forgotten(flag, alice):
    one = experiment(flag, "one")
    layers.lease(one, share=100, by=alice)
    layers.release(one, by=alice)
    assert layers.release(one, by=alice) == 0
    held = Lease.objects.get()
    assert held.released_at > held.leased_at
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        held.delete()


def test_a_stopped_experiment_gives_its_range_back(flag):
    one = builders.running("one", flag=flag, share=10_000)
    assert ranges() == [(0, 10_000)]
    stopping.stop(one, by=None, why="enough")
    assert ranges() == []


def test_the_table_refuses_an_overlap_whoever_writes_it(flag):
    one, two = experiment(flag, "one"), experiment(flag, "two")
    layers.lease(one, share=5000, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lease.objects.create(layer=flag.layer, experiment=two, low=4999, high=6000)
    Lease.objects.create(layer=builders.new_layer("other"), experiment=two, low=4999, high=6000)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_who_lease_at_once_none_has_anothers_units():
    flag = builders.new_flag("composer", layer=builders.new_layer("page"))
    experiments = [experiment(flag, f"exp-{number}") for number in range(8)]
    refused = []

    def work(which):
        try:
            layers.lease(which, share=1500, by=None)
        except ValidationError:
            refused.append(which)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(which,)) for which in experiments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ranges() == [(start, start + 1500) for start in range(0, 9000, 1500)]
    assert len(refused) == 2
    assert connection.is_usable()
    assert Layer.objects.count() == Flag.objects.count() == 1
