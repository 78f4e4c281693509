"""`path_to` says what `reverse` says."""

import pytest
from django.urls import NoReverseMatch, reverse
from hypothesis import given
from hypothesis import strategies as st

from community.paths import path_to

NUMBERS = st.integers(0, 2**63 - 1)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=30)


@given(NUMBERS, NAMES)
def test_a_topics_address_is_that_of_reverse(pk: int, slug: str) -> None:
    assert path_to("forum:topic", pk, slug) == reverse("forum:topic", args=[pk, slug])


@given(NAMES)
def test_whatever_a_name_holds_is_quoted_as_reverse_does(name: str) -> None:
    assert path_to("forum:tag", name) == reverse("forum:tag", args=[name])


def test_an_address_without_parts_is_plain() -> None:
    assert path_to("forum:ask") == "/ask/"


def test_parts_that_must_be_certain_words_work_too() -> None:
    assert path_to("points:board", "week") == "/boards/week/"


@pytest.mark.parametrize(("name", "parts"), [("forum:nowhere", ()), ("forum:ask", (1,)), ("forum:topic", ())])
def test_a_name_or_parts_that_lead_nowhere_raise(name: str, parts: tuple[object, ...]) -> None:
    with pytest.raises(NoReverseMatch):
        path_to(name, *parts)
