"""Who counts, by the letter of the definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from experiments.debugging.standing import COUNTED, FLIPPED, NEVER, OUTSIDE, Seen, Span, standing

SPAN = Span(started=10, ended=20, arms=2)


def test_the_first_exposure_by_time_and_then_by_id_counts():
    seen = [Seen(3, 15, 7, 1), Seen(2, 12, 7, 1), Seen(1, 12, 7, 1)]
    assert standing(seen, SPAN) == (COUNTED, seen[2])


def test_exposures_out_of_the_phase_and_to_variations_that_there_are_not_do_not_count():
    assert standing([Seen(1, 9, 7, 0), Seen(2, 20, 7, 0), Seen(3, 15, 7, 2), Seen(4, 15, 7, 0.5)], SPAN)[0] == OUTSIDE
    assert standing([], SPAN) == (NEVER, None)


def test_a_unit_that_saw_two_variations_flipped_and_another_unit_of_the_person_does_not_matter():
    member_after_visitor = [Seen(1, 11, -5, 1), Seen(2, 12, 7, 0)]
    assert standing(member_after_visitor, SPAN) == (COUNTED, member_after_visitor[0])
    assert standing([*member_after_visitor, Seen(3, 13, -5, 0)], SPAN)[0] == FLIPPED


@given(
    st.lists(st.builds(Seen, st.integers(1, 99), st.integers(5, 25), st.sampled_from([-5, 7]), st.sampled_from([0, 1])))
)
def test_the_order_in_which_they_are_told_does_not_matter(seen):
    assert standing(seen, SPAN)[0] == standing(seen[::-1], SPAN)[0]
