"""Buckets that fill by the second."""

from hypothesis import given
from hypothesis import strategies as st

from experiments.serving import limits
from experiments.serving.limits import Rate, take


def test_a_bucket_gives_its_burst_and_then_its_rate():
    rate = Rate(per_second=2, burst=3)
    assert [take("a", rate, now=0) for _ in range(4)] == [0, 0, 0, 1]
    assert [take("a", rate, now=0.5), take("a", rate, now=0.5)] == [0, 1]
    assert [take("a", rate, now=100) for _ in range(4)] == [0, 0, 0, 1]


def test_it_tells_when_there_is_room_again():
    rate = Rate(per_second=0.1, burst=1)
    take("b", rate, now=0)
    assert take("b", rate, now=0) == 10
    assert take("b", rate, now=9.9) == 1
    assert take("b", rate, now=10) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_never_more_than_the_burst_and_what_has_filled_since(steps):
    rate, now, taken = Rate(per_second=5, burst=4), 0.0, 0
    limits.forget()
    for step in steps:
        now += step
        taken += take("c", rate, now=now) == 0
    assert taken <= rate.burst + now * rate.per_second + 1e-6


def test_names_that_are_long_unheard_of_are_forgotten(monkeypatch):
    monkeypatch.setattr(limits, "REMEMBERED", 2)
    rate = Rate(per_second=0.001, burst=1)
    for name in "xyz":
        take(name, rate, now=0)
    assert [take(name, rate, now=0) == 0 for name in "zx"] == [False, True]
