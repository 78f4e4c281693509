"""Other people's experiments through our guard (bench/asos.py)."""

import pytest

from bench import asos
from experiments.stats.samples import Sample


def course(*differences, metric="2"):
    """Looks at 1,000 more units of each arm every half day, with so many standard deviations between the means."""
    looks = [
        asos.Look(place / 2, Sample(1000 * place, 5.0, 1.0), Sample(1000 * place, 5.0 + difference, 1.0))
        for place, difference in enumerate(differences, start=1)
    ]
    return asos.Course(metric, looks)


def test_harm_stops_at_the_first_look_that_is_sure_of_it():
    found = asos.replay(course(0, -0.02, -0.3, -0.3))
    assert (found.guard.look, found.guard.day, found.guard.saved) == (3, 1.5, 0.25)
    assert (found.fixed, found.fixed_harm, found.guard.better) == ("worse", True, False)


def test_what_is_better_stops_no_guard_and_is_told():
    found = asos.replay(course(0, 0.3, 0.3))
    assert (found.guard, found.fixed, found.sequential.look, found.sequential.better) == (None, "better", 2, True)


def test_a_share_is_looked_at_from_ten_positive_units_on():
    rare = [asos.Look(1, Sample(100, 0.05, 0.0475), Sample(100, 0.9, 0.09))]
    assert asos.replay(asos.Course(asos.BINARY, rare)).sequential is None
    assert asos.replay(asos.Course("2", rare)).sequential is not None


@pytest.mark.slow
def test_what_the_guard_would_have_done_to_the_shops_experiments(reference):
    file = reference / asos.FILE
    if not file.is_file():
        pytest.skip(f"no {file}")
    found = asos.replayed(asos.read(file))["planned"]
    guard, sequential = found["guard"], found["sequential"]
    assert (found["courses"], found["fixed"]) == (381, {"none": 276, "better": 56, "worse": 49})
    assert (guard["stopped"], guard["by_fixed_answer"]) == (44, {"worse": 28, "none": 16})
    assert guard["against_fixed_harm"] == {"both": 28, "fixed_only": 12, "guard_only": 16, "neither": 325}
    assert (sequential["told"], sequential["opposite"]) == (105, 2)
    assert 0.55 < guard["saved_mean"] < 0.65
