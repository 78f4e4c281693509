import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

import experiments
from events.context import Context, within
from experiments import attributes, snapshot
from experiments.attributes import Attributes
from experiments.flags import changing
from growth.segments import targeting
from growth.segments.models import Membership, Segment

pytestmark = pytest.mark.django_db


def test_of_a_member(asks, alice):
    known = attributes.of_request(asks(alice, visitor=5, path="/new/"))
    with within(Context(device="phone", language="zh-hans", country="CN")):
        told = {name: known.get(name) for name in attributes.OF_REQUEST}
    assert told == {
        "id": str(alice.pk),
        "member": str(alice.pk),
        "visitor": "5",
        "loggedIn": True,
        "staff": False,
        "superuser": False,
        "groups": [],
        "language": "zh-hans",
        "device": "phone",
        "country": "CN",
        "path": "/new/",
    }


def test_of_a_visitor_and_of_nobody(asks):
    visitor, nobody = attributes.of_request(asks(visitor=5)), attributes.of_request(asks())
    units = ("id", "member", "visitor", "loggedIn")
    assert [visitor.get(name) for name in units] == ["-5", None, "5", False]
    assert [nobody.get(name) for name in units] == [None, None, None, False]


def test_of_a_member_in_a_task(admin, bob):
    group = Group.objects.create(name="testers")
    bob.groups.add(group)
    assert attributes.of_member(bob.pk).get("groups") == [group.pk]
    assert [attributes.of_member(one.pk).get("staff") for one in (admin, bob)] == [True, False]
    assert attributes.of_member(bob.pk).get("device") is None


def test_each_is_looked_up_when_it_is_asked_for_and_once():
    asked = []

    def look(who):
        asked.append(who)
        return "here"

    known = Attributes(7, {"place": look}, lambda who: {"far": who})
    assert asked == []
    assert [known["place"], known.get("place"), known["far"], known.get("nowhere")] == ["here", "here", 7, None]
    assert asked == [7]
    assert list(known) == ["place"]
    with pytest.raises(KeyError):
        known["else"]


def test_a_condition_on_segments_and_points(asks, alice, bob):
    segment = Segment.objects.create(key="newcomers", name="Newcomers")
    Membership.objects.create(segment=segment, person=alice.pk, entered_at=timezone.now())
    rule = {"condition": {"segments": {"$in": ["newcomers"]}, "joinedDays": {"$lt": 7}}, "value": True}
    changing.create("guide", by=None, rules=[rule])
    snapshot.refresh()
    assert [experiments.variation(asks(one), "guide") for one in (alice, bob, None)] == [True, False, False]
    assert [experiments.for_member(one.pk, "guide") for one in (alice, bob)] == [True, False]


def test_what_the_community_knows(asks, alice):
    alice.points = 12
    for asked in (asks(alice), alice.pk):
        known = targeting.attributes(asked)
        assert (known["joinedDays"], known["moderator"], known["segments"]) == (0, False, [])
    assert targeting.attributes(asks(alice))["points"] == 12
    assert targeting.attributes(asks())["points"] is None


def test_segments_are_read_once_a_minute(alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        for _request in range(3):
            targeting.attributes(alice.pk).get("segments")


def test_groups_are_read_once_a_minute(asks, bob, django_assert_num_queries):
    bob.groups.add(group := Group.objects.create(name="testers"))
    changing.create("beta", by=None, groups=[group])
    snapshot.refresh()
    with django_assert_num_queries(1):
        assert [experiments.variation(asks(bob), "beta") for _request in range(3)] == [True] * 3
        assert experiments.for_member(bob.pk, "beta")
