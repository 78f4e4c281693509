"""Arms of many at once are those of each on its own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from experiments.bucketing import bucket, bucket_ranges, choose_variation
from experiments.calibration import drawing


@given(seed=st.text(max_size=10), persons=st.lists(st.integers(-(2**40), 2**40), max_size=20))
def test_arms_are_those_that_a_flag_gives(seed, persons):
    found = drawing.arms(drawing.texts(np.array(persons, np.int64)), seed)
    ranges = bucket_ranges(2)
    assert found.tolist() == [choose_variation(bucket(seed, str(one), 2), ranges) for one in persons]


def test_two_seeds_are_independent():
    words = drawing.texts(np.arange(20_000, dtype=np.int64))
    one, other = drawing.arms(words, "one"), drawing.arms(words, "other")
    assert abs(one.mean() - 0.5) < 0.02
    assert abs((one == other).mean() - 0.5) < 0.02
