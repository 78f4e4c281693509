import pytest
from django.utils import timezone

import experiments
from events.models import VisitorLink
from experiments import asking, publishing, snapshot
from experiments.models import Phase, Sticky
from experiments.running import ramping
from tests.experiments import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def running():
    experiment = builders.running(
        "guide", flag=builders.new_flag("welcome"), hash_attribute="id", fallback_attribute="visitor"
    )
    snapshot.refresh()
    return experiment


def given(request):
    value = experiments.variation(request, "welcome")
    asking.of_request(request).settle()
    return value


def asked_as(asks, member, visitor):
    return given(asks(member, visitor=visitor))


def test_who_signs_in_keeps_what_they_had_as_a_visitor(asks, member_named, running):
    for visitor in range(1, 9):
        before = asked_as(asks, None, visitor)
        member = member_named(f"member-{visitor}")
        assert asked_as(asks, member, visitor) is before
        assert asked_as(asks, member, None) is before  # in another browser too


def test_a_task_that_asks_first_after_the_sign_up_gives_what_the_visitor_had(asks, member_named, running):
    for visitor in range(1, 9):
        before = asked_as(asks, None, visitor)
        member = member_named(f"member-{visitor}")
        VisitorLink.objects.create(visitor=visitor, member=member.pk, at=timezone.now())
        assert experiments.for_member(member.pk, "welcome") is before
        assert asked_as(asks, member, visitor) is before


def test_the_exposure_after_it_is_the_members_and_of_the_same_variation(asks, alice, running, exposures):
    before = asked_as(asks, None, 5)
    asked_as(asks, alice, 5)
    phase = Phase.objects.get().pk
    assert exposures() == [(-5, phase, float(before)), (alice.pk, phase, float(before))]


def test_they_are_read_once_a_request_and_written_once_a_unit(asks, alice, running, django_assert_num_queries):
    request = asks(alice)
    with django_assert_num_queries(1):
        for _time in range(3):
            experiments.variation(request, "welcome")
    asking.of_request(request).settle()
    again = asks(alice)
    experiments.variation(again, "welcome")
    with django_assert_num_queries(0):
        asking.of_request(again).settle()
    assert list(Sticky.objects.values_list("attribute", "value", "slot")) == [("member", str(alice.pk), "guide__0")]


def test_a_flag_whose_assignments_do_not_stick_reads_nothing(asks, alice, running, django_assert_num_queries):
    builders.running("plain", flag=builders.new_flag("plain"))
    snapshot.refresh()
    with django_assert_num_queries(0):
        experiments.variation(asks(alice), "plain")


def test_it_sticks_though_the_weights_of_a_later_payload_would_say_otherwise(asks, alice, running):
    before = given(asks(alice))
    kept = Sticky.objects.get()
    kept.variation = "treatment" if before is False else "control"
    kept.save()
    assert given(asks(alice)) is not before


def test_one_who_is_assigned_stays_when_traffic_is_cut(asks, member_named, running):
    members = [member_named(f"member-{number}") for number in range(6)]
    before = {member.pk: given(asks(member)) for member in members}
    Phase.objects.update(coverage=0)
    publishing.publish([running.flag_id])
    snapshot.refresh()
    assert {member.pk: given(asks(member)) for member in members} == before


def test_a_restart_asks_everybody_anew(asks, member_named, running):
    members = [member_named(f"member-{number}") for number in range(12)]
    before = [given(asks(member)) for member in members]
    ramping.restart(running, by=None, why="the guide was broken")
    snapshot.refresh()
    assert [given(asks(member)) for member in members] != before
    assert set(Sticky.objects.values_list("slot", flat=True)) == {"guide__0", "guide__1"}
