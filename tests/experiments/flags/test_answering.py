"""Waffle's API over the snapshot."""

import pytest
import waffle
from django.contrib.auth.models import AnonymousUser, Group
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory
from waffle.middleware import WaffleMiddleware
from waffle.testutils import override_flag

from experiments import asking, publishing, snapshot
from experiments.flags import changing
from experiments.models import Flag
from tests.experiments import builders

pytestmark = pytest.mark.django_db


def request_of(member=None, path="/", **headers):
    request = RequestFactory(headers={"User-Agent": "Mozilla/5.0 (X11) Firefox/130.0", **headers}).get(path)
    request.user = member or AnonymousUser()
    return request


def is_active(member=None, path="/", **headers):
    return waffle.flag_is_active(request_of(member, path, **headers), "beta")


def publish(**fields):
    flag = changing.create("beta", by=None, **fields)
    snapshot.refresh()
    return flag


def test_a_flag_that_there_is_not_is_off():
    assert is_active() is False
    assert not Flag.get("beta").pk
    assert Flag.get_all() == []


@pytest.mark.parametrize("everyone", [True, False])
def test_everyone_is_first(admin, everyone):
    publish(everyone=everyone, superusers=True, testing=True)
    assert is_active(admin, "/?dwft_beta=1") is everyone
    assert is_active() is everyone


def test_overrides_are_waffles(alice, bob, carol, admin):
    flag = publish(superusers=True)
    assert [is_active(one) for one in (None, alice, admin)] == [False, False, True]
    group = Group.objects.create(name="testers")
    bob.groups.add(group)
    changing.change(flag, by=None, users=[alice], groups=[group])
    snapshot.refresh()
    assert [is_active(one) for one in (None, alice, bob, carol)] == [False, True, True, False]
    changing.change(flag, by=None, authenticated=True)
    snapshot.refresh()
    assert [is_active(one) for one in (None, carol)] == [False, True]


def test_a_tester_chooses_for_the_session(alice):
    publish(testing=True)
    assert is_active(alice) is False
    request = request_of(alice, "/?dwft_beta=1")
    assert waffle.flag_is_active(request, "beta") is True
    answer = WaffleMiddleware(lambda request: HttpResponse())(request)
    assert answer.cookies["dwft_beta"].value == "True"
    later = request_of(alice)
    later.COOKIES["dwft_beta"] = "True"
    assert waffle.flag_is_active(later, "beta") is True
    assert is_active(alice, **{"dwft-beta": "1"}) is True


def test_one_may_not_test_what_is_not_in_testing(alice):
    publish()
    assert is_active(alice, "/?dwft_beta=1") is False


def test_a_percentage_is_a_hash_of_the_member_and_only_grows(member_named):
    members = [member_named(f"member-{number}") for number in range(40)]
    flag = publish()
    before: set[int] = set()
    for percent in (10, 50, 90):
        changing.change(flag, by=None, percent=percent)
        snapshot.refresh()
        on = {member.pk for member in members if is_active(member)}
        assert before <= on
        before = on
    assert 20 < len(before) <= 40


def test_an_experiment_that_decides_exposes_and_one_who_only_looks_is_not_exposed(alice, redis_client):
    builders.running("exp", flag=builders.new_flag("beta"))
    snapshot.refresh()
    looked, shown = request_of(alice), request_of(alice)
    waffle.get_waffle_flag_model().get("beta").is_active(looked, read_only=True)
    on = waffle.flag_is_active(shown, "beta")
    assert asking.of_request(looked)._exposures == []
    ((exposure, _at),) = asking.of_request(shown)._exposures
    assert (exposure.unit, exposure.variation) == (alice.pk, int(on))


def test_nothing_is_read_or_cached_to_decide(alice, django_assert_num_queries, monkeypatch):
    publish(percent=50, users=[alice])

    def refuse(*args, **kwargs):
        raise AssertionError("the cache was asked")

    for name in ("get", "set", "add"):
        monkeypatch.setattr(type(cache._connections["default"]), name, refuse)
    with django_assert_num_queries(0):
        assert is_active(alice) is True


def test_a_flag_of_the_snapshot_has_its_other_fields_from_the_database():
    flag = publish(note="Since May.")
    assert Flag.get("beta").note == "Since May."
    assert Flag.get("beta") == flag
    assert Flag.get_all() == [flag]


def test_a_member_is_asked_about_without_a_request(alice, bob):
    flag = publish(users=[alice])
    assert flag.is_active_for_user(alice) is True
    assert flag.is_active_for_user(bob) is None
    assert flag.is_active_for_user(AnonymousUser()) is None


def test_waffles_test_tools_work(alice):
    with override_flag("beta", active=True):
        assert is_active(alice) is True
    assert is_active(alice) is False
    publish(everyone=True)
    with override_flag("beta", active=False):
        assert is_active(alice) is False
    assert is_active(alice) is True


def test_a_killed_flag_is_off_whatever_is_tested(alice):
    flag = publish(testing=True, authenticated=True)
    changing.kill(flag, by=None, why="It is on fire.")
    snapshot.refresh()
    assert is_active(alice, "/?dwft_beta=1") is False


def test_what_is_changed_in_the_database_alone_counts_once_it_is_published(alice):
    flag = publish()
    Flag.objects.filter(pk=flag.pk).update(everyone=True)
    assert is_active(alice) is False
    publishing.publish([flag.pk])
    snapshot.refresh()
    assert is_active(alice) is True
