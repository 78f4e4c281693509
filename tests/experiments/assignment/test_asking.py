import logging

import pytest

import experiments
from experiments import asking, assignment, exposing, publishing, snapshot
from experiments.flags import changing
from experiments.models import Phase
from tests.experiments import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_told(monkeypatch):
    monkeypatch.setattr(assignment, "_told", set())


@pytest.fixture
def running():
    """An experiment that runs, and is known to this process."""
    experiment = builders.running("composer-2", flag=builders.new_flag("composer"))
    snapshot.refresh()
    return experiment


def phase_of(experiment):
    return Phase.objects.get(experiment=experiment).pk


def settle(request):
    asking.of_request(request).settle()


def test_a_member_is_given_a_variation_and_is_exposed_to_it(asks, alice, running, exposures):
    request = asks(alice)
    value = experiments.variation(request, "composer")
    settle(request)
    assert exposures() == [(alice.pk, phase_of(running), float(value))]


def test_a_visitor_is_asked_by_minus_the_number_in_the_cookie(asks, running, exposures):
    request = asks(visitor=77)
    value = experiments.variation(request, "composer")
    settle(request)
    assert exposures() == [(-77, phase_of(running), float(value))]


def test_one_who_peeks_is_not_exposed(asks, alice, running, exposures):
    request = asks(alice)
    peeked = experiments.peek(request, "composer")
    settle(request)
    assert exposures() == []
    assert experiments.variation(request, "composer") == peeked


def test_what_is_asked_often_is_exposed_once_by_request_and_by_process(asks, alice, running, exposures):
    for _request in range(2):
        request = asks(alice)
        for _time in range(3):
            experiments.variation(request, "composer")
        settle(request)
    assert len(exposures()) == 1


def test_nobody_gets_the_default_and_is_not_exposed(asks, running, exposures):
    request = asks()
    assert experiments.variation(request, "composer") is False
    settle(request)
    assert exposures() == []


@pytest.mark.parametrize("header", [{"DNT": "1"}, {"Sec-GPC": "1"}, {"User-Agent": "curl/8"}])
def test_who_may_not_be_observed_is_not_exposed(asks, alice, running, exposures, header):
    for request in (asks(alice, **header), asks(visitor=77, **header)):
        experiments.variation(request, "composer")
        settle(request)
    assert exposures() == []


def test_staff_may_force_a_variation_by_the_address_and_are_not_exposed(asks, alice, admin, running, exposures):
    for index, value in ((0, False), (1, True)):
        request = asks(admin, path=f"/?composer-2={index}")
        assert experiments.variation(request, "composer") is value
        settle(request)
    assert exposures() == []
    own = {experiments.variation(asks(alice, path=f"/?composer-2={index}"), "composer") for index in (0, 1)}
    assert len(own) == 1  # members may not


def test_staff_are_exposed_to_what_they_did_not_choose(asks, admin, running, exposures):
    other = builders.running("banner-1", flag=builders.new_flag("banner"))
    snapshot.refresh()
    for path in ("/?page=2", "/?composer-2=1"):
        exposing.memory.clear()
        request = asks(admin, path=path)
        values = [experiments.variation(request, name) for name in ("composer", "banner")]
        settle(request)
    drawn = [float(asking.of_request(asks(admin)).answer(name).variation) for name in ("composer", "banner")]
    both = [(admin.pk, phase_of(running), drawn[0]), (admin.pk, phase_of(other), drawn[1])]
    assert values[0] is True
    assert exposures() == [*both, both[1]]


def depending(name, on, **condition):
    needs = [{"flag": on, "condition": {"value": True}, **condition}]
    return changing.create(name, by=None, rules=[{"value": True, "prerequisites": needs}])


@pytest.mark.parametrize("gate", [False, True])
def test_whom_another_flags_experiment_decides_for_is_exposed_to_it(asks, member_named, running, exposures, gate):
    depending("toolbar", "composer", gate=gate)
    depending("button", "toolbar")
    snapshot.refresh()
    members, told = [member_named(f"ann{n}") for n in range(24)], []  # a seed that draws one arm for all: 1 in 2^23
    for member in members:
        request = asks(member)
        drawn = experiments.peek(request, "composer")
        assert experiments.peek(request, "button") is drawn
        experiments.variation(request, "button")
        settle(request)
        told.append((member.pk, phase_of(running), float(drawn)))
    assert len({drawn for _unit, _phase, drawn in told}) == 2
    assert exposures() == told


def test_whoever_is_chosen_for_above_is_exposed_to_nothing_below(asks, admin, running, exposures):
    child = builders.running("toolbar-1", flag=builders.new_flag("toolbar"))
    needs = [{"flag": "composer", "condition": {"value": True}}]
    child.flag.rules.update(prerequisites=needs)
    publishing.publish([child.flag_id])
    snapshot.refresh()
    request = asks(admin, path="/?composer-2=1")
    experiments.variation(request, "toolbar")
    settle(request)
    assert exposures() == []


def test_an_unknown_flag_gives_the_default_and_one_line_of_log(asks, caplog):
    for _time in range(2):
        assert experiments.variation(asks(), "nowhere", "plain") == "plain"
    assert [record.getMessage() for record in caplog.records] == ["no flag is named nowhere"]


def test_a_fault_gives_the_default_and_one_line_of_log(asks, monkeypatch, caplog):
    def broken():
        raise RuntimeError("the moon is full")

    monkeypatch.setattr(snapshot, "current", broken)
    for _time in range(2):
        assert experiments.variation(asks(), "composer", "plain") == "plain"
        assert experiments.for_member(7, "composer", "plain") == "plain"
        assert experiments.version() == 0
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2


def test_a_request_has_one_answer_though_the_flag_changes_meanwhile(asks, alice):
    flag = changing.create("colour", kind="string", off_value="red", on_value="red", by=alice)
    snapshot.refresh()
    request = asks(alice)
    assert experiments.variation(request, "colour") == "red"
    changing.change(flag, by=alice, off_value="blue")
    snapshot.refresh()
    assert experiments.variation(request, "colour") == "red"
    assert experiments.variation(asks(alice), "colour") == "blue"


def test_a_task_asks_for_a_member_and_the_exposure_is_written_at_once(alice, running, exposures):
    quiet = experiments.for_member(alice.pk, "composer", expose=False)
    assert exposures() == []
    value = experiments.for_member(alice.pk, "composer")
    assert value == quiet
    assert exposures() == [(alice.pk, phase_of(running), float(value))]


def test_a_request_and_a_task_agree(asks, alice, running):
    assert experiments.variation(asks(alice), "composer") == experiments.for_member(alice.pk, "composer")


def test_a_decision_needs_no_query(asks, alice, running, django_assert_num_queries):
    with django_assert_num_queries(0):
        experiments.variation(asks(alice), "composer")
        experiments.variation(asks(visitor=7), "composer")


def test_a_page_differs_by_who_asks_only_where_rules_say_so(asks, alice, running):
    changing.create("plain", by=alice)
    snapshot.refresh()
    request = asks(visitor=7)
    assert not experiments.differs(request)
    experiments.variation(request, "plain")
    experiments.variation(request, "nowhere")
    assert not experiments.differs(request)
    experiments.peek(request, "composer")
    assert experiments.differs(request)
