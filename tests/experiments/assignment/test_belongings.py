import pytest

import experiments
from community.forum import exporting, leaving
from experiments import asking, belongings, snapshot
from experiments.models import Sticky
from tests.experiments import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(asks, alice, bob):
    """What three units were given: alice, the visitor that she was, and bob."""
    builders.running("guide", flag=builders.new_flag("welcome"), fallback_attribute="visitor")
    snapshot.refresh()
    for request in (asks(visitor=5), asks(alice), asks(bob)):
        experiments.variation(request, "welcome")
        asking.of_request(request).settle()


def test_a_member_takes_along_what_they_were_given(alice, bob, stuck):
    (one,) = exporting.export(alice)["experiments"]
    assert one["experiment"] == "guide"
    assert one["given"] in ("control", "treatment")


def test_of_who_leaves_nothing_sticks_any_more(alice, bob, stuck):
    leaving.leave(alice)
    assert set(Sticky.objects.values_list("attribute", "value")) == {("member", str(bob.pk)), ("visitor", "5")}


def test_nor_of_the_visitors_that_they_were(alice, bob, stuck):
    belongings.forget_units([alice.pk, -5])
    assert set(Sticky.objects.values_list("attribute", "value")) == {("member", str(bob.pk))}
