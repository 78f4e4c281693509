"""The fixed test is made once, at the planned size; later units leave its answer alone."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from experiments.report.composing import compose
from experiments.report.material import Arm, Cell, Exposed, Material, Measure, Stretch
from experiments.stats.effects import compare
from experiments.stats.sums import Sums, proportion

START = datetime(2026, 10, 1, 15, tzinfo=UTC)
KEPT = Measure(7, "kept", "primary", "conversion", window=timedelta(days=1))
HALF = 100  # units of an arm a day


def cell(n, y):
    return Cell(Sums(n=n, y=y, yy=y), y)


def material(*days, planned=2000, **fields):
    """Seen when the windows of these days have just closed: how many of HALF units kept it, control and treated."""
    dates = [START.date() + timedelta(days=n) for n in range(len(days))]
    closed = datetime.combine(dates[-1] + timedelta(days=1), datetime.min.time(), UTC)
    return Material(
        experiment=1,
        kind="ab",
        as_of=closed + timedelta(days=1),
        today=(closed + timedelta(days=1)).date(),
        phase=Stretch(1, 1, START, None, 1.0),
        arms=[Arm(0, "control", "Control", 1), Arm(1, "guide", "Guide", 1)],
        measures=[KEPT],
        exposed=[Exposed(arm, day, HALF, 0) for day in dates for arm in (0, 1)],
        matured={(7, arm): cell(HALF * len(days), sum(day[arm] for day in days)) for arm in (0, 1)},
        waiting={},
        cohorts={day: {arm: cell(HALF, kept[arm]) for arm in (0, 1)} for day, kept in zip(dates, days, strict=True)},
        planned=planned,
        closed_until=closed,
        **fields,
    )


def primary(body):
    return body["metrics"][0]["arms"][0]


def verdict(body):
    return body["verdict"]["kind"], [(one["code"], one.get("by")) for one in body["verdict"]["reasons"]]


def test_what_was_told_at_the_planned_size_stays_told():
    won = [(20, 24)] * 10
    then = compose(material(*won)).body
    assert verdict(then) == ("ship", [("better", "plan")])
    later = compose(material(*won, *[(20, 20)] * 10)).body
    assert primary(later)["p"] > 0.05
    assert primary(later)["plan"] == primary(then)["plan"]
    assert (verdict(later), primary(later)["reading"]) == (verdict(then), "better")


def test_what_was_not_told_then_is_told_by_the_sequence_alone():
    open_, better = [(20, 20)] * 10, [(20, 24)] * 15
    assert verdict(compose(material(*open_)).body) == ("review", [("no_difference", None)])
    later = compose(material(*open_, *better)).body
    assert primary(later)["p"] < 0.05
    assert (verdict(later), primary(later)["reading"]) == (("review", [("no_difference", None)]), "better_not_yet")
    at_last = compose(material(*open_, *better * 5)).body
    assert verdict(at_last) == ("ship", [("better", "sequence")])


def test_it_is_of_the_days_that_reach_the_size():
    row = primary(compose(material(*[(20, 24)] * 10, (20, 90), planned=1901)).body)
    assert row["plan"]["n"] == 1000
    assert row["plan"]["p"] == pytest.approx(
        compare(proportion(cell(1000, 200).sums), proportion(cell(1000, 240).sums)).p
    )


@pytest.mark.parametrize(("days", "made"), [(7, None), (8, 800), (12, 800)])
def test_it_waits_for_full_days_which_then_are_all_in_it(days, made):
    """It began at three: the eighth day makes the week full."""
    row = primary(compose(material(*[(20, 24)] * days, planned=300)).body)
    assert (row["plan"] and row["plan"]["n"]) == made


def test_without_a_planned_size_there_is_none():
    assert primary(compose(material(*[(20, 24)] * 10, planned=None)).body)["plan"] is None


@pytest.mark.slow
def test_looking_on_at_nothing_ships_no_oftener_than_looking_once():
    """A/A, looked at once a week, up to five times the planned size."""
    random, once, ever, naive = np.random.default_rng(5), 0, 0, 0
    for _ in range(150):
        days = [tuple(day) for day in random.binomial(HALF, 0.2, (50, 2)).tolist()]
        looks = [compose(material(*days[:n])).body for n in (10, 20, 30, 40, 50)]
        once += verdict(looks[0])[1] == [("better", "plan")]
        ever += any(verdict(body)[1] == [("better", "plan")] for body in looks)
        naive += any(primary(body)["p"] < 0.05 and primary(body)["absolute"] > 0 for body in looks)
    assert once == ever
    assert once / 150 < 0.05 < naive / 150
