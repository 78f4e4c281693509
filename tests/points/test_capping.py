from hypothesis import given
from hypothesis import strategies as st

from community.points.capping import granted_sum, grants

raws = st.lists(st.integers(0, 60), max_size=60)


def test_the_entry_that_meets_the_cap_gets_what_room_is_left():
    assert list(grants([(15, 200)] * 15)) == [15] * 13 + [5, 0]


def test_a_lowered_cap_takes_nothing_back_and_grants_nothing_more():
    assert list(grants([(10, 20), (10, 20), (10, 10), (10, 30)])) == [10, 10, 0, 10]


@given(raws, st.integers(0, 300))
def test_with_one_cap_the_sum_is_the_lesser_of_cap_and_raw_sum(values, cap):
    assert granted_sum((raw, cap) for raw in values) == min(cap, sum(values))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 300)), max_size=40), st.data())
def test_one_more_award_never_lowers_the_sum(lines, data):
    place = data.draw(st.integers(0, len(lines)))
    more = [*lines[:place], (data.draw(st.integers(0, 60)), data.draw(st.integers(0, 300))), *lines[place:]]

    assert granted_sum(more) >= granted_sum(lines)
