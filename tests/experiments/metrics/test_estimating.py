"""A preview's numbers are those that counting by hand gives."""

import statistics
from datetime import UTC, datetime, timedelta

import pytest

from events.engine import reading
from events.record import event, record_all
from experiments.metrics.defining import define
from experiments.metrics.estimating import bars, estimate
from experiments.models import MetricVersion

np = pytest.importorskip("numpy")

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def at(days_ago: float) -> datetime:
    return NOW - timedelta(days=days_ago)


def did(unit: int, name: str, days_ago: float, **more) -> None:
    record_all([event(name, unit=unit, at=at(days_ago), **more)])


def estimated(kind="count", events="vote_cast", *, window_hours=24, **definition) -> dict:
    version = define("one", name="One", by=None, kind=kind, events=events, window_hours=window_hours, **definition)
    with reading(as_of=NOW) as reader:
        return estimate(version, reader)


@pytest.fixture
def three() -> None:
    """1 votes twice within a day after coming and once later; 2 comes and votes at once; 3 only receives; 4 only came
    before the time looked at."""
    did(1, "page_viewed", 10)
    for days_ago, value in ((9.9, 1), (9.5, -1), (8.5, 1)):
        did(1, "vote_cast", days_ago, value=value)
    did(2, "vote_cast", 3.5, value=1)
    did(3, "answer_received", 5)
    did(4, "page_viewed", 40)


def test_a_count_is_of_the_window_after_the_first_act(three):
    found = estimated()
    assert (found["units"], found["positive"], found["mean"]) == (2, 0.5, 1.0)
    assert found["variance"] == statistics.variance([2, 0])
    assert found["bars"] == [[0.0, 0.0, 1], [2.0, 3.0, 1]]


def test_who_comes_is_counted_by_the_last_week(three):
    assert estimated(window_hours=None)["week"] == 1
    assert estimated_week_ago() == 1


def estimated_week_ago() -> int:
    with reading(as_of=NOW - timedelta(days=4)) as reader:
        return estimate(MetricVersion.objects.get(metric__key="one"), reader)["week"]


def test_units_whose_window_is_open_do_not_count(three):
    found = estimated(window_hours=24 * 9)
    assert (found["units"], found["positive"], found["mean"]) == (1, 1.0, None)  # one alone varies in nothing


def test_a_filter_and_a_cap_hold(three):
    assert estimated(where={"value": {"$gt": 0}})["mean"] == 0.5


def test_a_sum_adds_values_and_a_share_counts_units(three):
    assert estimated("sum", window_hours=24 * 3)["mean"] == 0.5  # 1 - 1 + 1 of the one, 0 of the other
    version = define("two", name="Two", by=None, kind="conversion", events="vote_cast", window_hours=24)
    with reading(as_of=NOW) as reader:
        found = estimate(version, reader)
    assert (found["mean"], found["variance"], found["bars"]) == (0.5, 0.25, [])


def test_a_ratio_is_of_sums_and_a_time_of_those_who_have_one(three):
    views = define("all-votes", name="All votes", by=None, kind="count", events="vote_cast", window_hours=72)
    rate = estimated("ratio", "vote_cast", window_hours=72, where={"value": {"$lt": 0}}, denominator=views)
    assert rate["mean"] == pytest.approx(1 / 3)

    time = define("wait", name="Wait", by=None, kind="time", events="vote_cast", window_hours=72)
    with reading(as_of=NOW) as reader:
        found = estimate(time, reader)
    assert found["mean"] == pytest.approx(0.1 * 86400, abs=0.01)


def test_the_other_kinds_are_estimated():
    record_all(event("page_viewed", unit=unit, at=at(9)) for unit in range(1, 101))
    record_all(event("vote_cast", unit=unit, value=unit, at=at(7.5)) for unit in range(1, 101))
    record_all(event("bookmarked", unit=unit, at=at(7.4)) for unit in range(1, 26))

    returned = estimated("retention", window_hours=None, day=1)
    middle = define(
        "middle", name="Middle", by=None, kind="quantile", events="vote_cast", window_hours=48, quantile=0.5
    )
    way = define("way", name="Way", by=None, kind="funnel", events="vote_cast,bookmarked", window_hours=48)
    cut = define("cut", name="Cut", by=None, kind="sum", events="vote_cast", window_hours=48, cap_share=0.5)
    with reading(as_of=NOW) as reader:
        found = [estimate(version, reader)["mean"] for version in (middle, way, cut)]

    assert returned["mean"] == 1.0
    assert found == [50.5, 0.25, pytest.approx((sum(range(1, 51)) + 50 * 50.5) / 100)]


def test_exposures_and_what_happens_to_a_person_are_no_first_acts():
    did(1, "exposed", 9, object=("phase", 1), value=0)
    did(1, "vote_received", 8, value=1)
    assert estimated()["units"] == 0


def test_a_site_without_anybody_has_nothing_to_tell():
    found = estimated()
    assert (found["units"], found["week"], found["mean"], found["positive"], found["prices"]) == (0, 0, None, None, [])
    assert all(effect is None for _size, effect in found["mde"])


def test_a_metric_that_nobody_moves_has_no_effect_to_find(three):
    found = estimated(events="bookmarked")
    assert found["mean"] == 0
    assert all(effect is None for _size, effect in found["mde"])
    assert all(price[1:] == [None] * 4 for price in found["prices"])


def test_more_units_find_smaller_effects_and_looking_any_time_costs_more():
    record_all(event("page_viewed", unit=unit, at=at(9)) for unit in range(1, 201))
    record_all(event("vote_cast", unit=unit, at=at(8.9)) for unit in range(1, 201) for _n in range(unit % 3))
    found = estimated()
    effects = [effect for _size, effect in found["mde"] if effect is not None]
    assert effects == sorted(effects, reverse=True)
    for _effect, fixed, days, sequential, sequential_days in found["prices"]:
        assert 1.5 * fixed < sequential < 2.5 * fixed
        assert [days, sequential_days] == [None, None]  # nobody came this week


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], []),
        ([0, 0], [[0.0, 0.0, 2]]),
        ([3, 3], [[3.0, 4.0, 2]]),
        ([0, 1, 2, 2], [[0.0, 0.0, 1], [1.0, 2.0, 1], [2.0, 3.0, 2]]),
        ([-2, 1], [[-2.0, -1.0, 1], [-1.0, 0.0, 0], [0.0, 1.0, 0], [1.0, 2.0, 1]]),
    ],
)
def test_bars_hold_every_value_once(values, drawn):
    assert bars(np.array(values, float)) == drawn


def test_few_far_out_share_the_last_bar():
    drawn = bars(np.array([*range(1, 1000), 10**6], float))
    assert len(drawn) <= 13
    assert sum(count for _low, _high, count in drawn) == 1000
    assert drawn[-1][1] is None
