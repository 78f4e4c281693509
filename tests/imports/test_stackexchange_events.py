"""The events of imported history."""

from datetime import UTC, datetime

import pytest

from community.members.models import Member
from events.models import Event
from events.names import check
from events.record import epoch_us
from tests.imports.dumps import Dump, run

pytestmark = pytest.mark.django_db


def told(*, but: str = "signed_up") -> list[tuple[str, int]]:
    """Names and units (ids of the dump) of the events in their order."""
    members = dict(Member.objects.values_list("pk", "imported_id"))
    return [(event.name, members[event.unit]) for event in Event.objects.order_by("id") if event.name != but]


def test_a_member_signed_up_when_they_did(dump):
    ada = dump.user()
    run(dump.write())
    event = Event.objects.get()
    born = datetime(2018, 3, 1, 8, 0, 0, 123000, tzinfo=UTC)
    assert (event.name, event.unit) == ("signed_up", Member.objects.get(imported_id=ada).pk)
    assert (event.at, event.epoch_us, event.person) == (born, epoch_us(born), event.unit)
    assert (event.source, event.properties) == ("import", {"method": "import"})


def test_an_act_is_told_of_who_acts_and_to_whom_it_happens(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    question = dump.question(ada)
    dump.answer(question, bob)
    dump.comment(question, bob)
    run(dump.write())
    assert told() == [
        ("topic_started", ada),
        ("answer_posted", bob),
        ("answer_received", ada),
        ("comment_posted", bob),
        ("comment_received", ada),
    ]
    kinds = dict(Event.objects.values_list("name", "object_kind"))
    assert (kinds["topic_started"], kinds["comment_posted"], kinds["comment_received"]) == ("topic", "post", "comment")


def test_ones_own_acts_do_not_happen_to_oneself(dump):
    ada = dump.user()
    question = dump.question(ada, AcceptedAnswerId=100)
    dump.answer(question, ada, Id=100)
    dump.comment(question, ada)
    dump.vote(100, 1)
    run(dump.write())
    names = [name for name, _unit in told()]
    assert names == ["topic_started", "answer_posted", "comment_posted", "answer_accepted"]


def test_where_nobody_is_known_nothing_is_told(dump):
    ada = dump.user("Ada")
    question = dump.question(-1, AcceptedAnswerId=100)
    dump.answer(question, ada, Id=100)
    dump.comment(question, 99)
    dump.vote(question)
    run(dump.write())
    assert told() == [("answer_posted", ada), ("accept_received", ada)]


def test_votes_happen_to_the_author_with_their_value_in_the_order_of_the_dump(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    question = dump.question(ada)
    dump.vote(question, 2, "2018-03-02")
    dump.vote(question, 5, "2018-03-02", UserId=bob)
    dump.vote(question, 3, "2018-03-02")
    dump.vote(question, 8, "2018-03-02", UserId=bob, BountyAmount=50)
    run(dump.write())
    names = ["topic_started", "vote_received", "bookmarked", "vote_received", "bounty_offered"]
    assert [name for name, _unit in told()] == names
    values = Event.objects.exclude(value=None).order_by("id").values_list("value", flat=True)
    assert list(values) == [1, -1, 50]


def test_an_acceptance_comes_before_its_receipt(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    dump.answer(dump.question(ada, AcceptedAnswerId=100), bob, Id=100)
    dump.vote(100, 1)
    run(dump.write())
    assert told()[-2:] == [("answer_accepted", ada), ("accept_received", bob)]
    assert Event.objects.get(name="answer_accepted").at == datetime(2018, 3, 5, tzinfo=UTC)


def test_badges_are_earned_at_their_time(dump):
    ada = dump.user()
    dump.badge(ada)
    run(dump.write())
    event = Event.objects.get(name="badge_earned")
    assert event.at == datetime(2018, 3, 6, 7, 8, 9, 10000, tzinfo=UTC)
    assert event.object_kind == "badge"


def test_an_edit_is_told_once_of_its_editor_and_the_first_text_is_none(dump):
    ada, bob = dump.user("Ada"), dump.user("Bob")
    question = dump.question(ada)
    dump.history(question, 2, "first", "text", UserId=ada)
    dump.history(question, 1, "first", "title", UserId=ada)
    later = {"UserId": bob, "CreationDate": "2018-04-01T00:00:00.007"}
    dump.history(question, 5, "second", "better", **later)
    dump.history(question, 4, "second", "better title", **later)
    dump.history(question, 8, "third", "text", UserId=None, CreationDate="2018-05-01T00:00:00")
    dump.history(question, 10, "fourth", "101", UserId=bob)
    run(dump.write())
    edits = Event.objects.filter(name="post_edited")
    assert [(bob, event.at) for event in edits] == [(bob, datetime(2018, 4, 1, 0, 0, 0, 7000, tzinfo=UTC))]
    assert ("post_edited", bob) in told()


def everything(dump: Dump) -> None:
    ada, bob = dump.user("Ada"), dump.user("Bob")
    question = dump.question(ada, AcceptedAnswerId=100)
    dump.answer(question, bob, Id=100)
    dump.comment(question, bob)
    dump.badge(ada)
    dump.history(question, 5, "second", "better", UserId=bob)
    dump.vote(question, 5, UserId=bob)
    for kind in (1, 2, 3):
        dump.vote(100, kind)
    dump.vote(question, 8, UserId=bob, BountyAmount=50)


def test_every_event_is_one_that_is_declared(dump):
    everything(dump)
    run(dump.write())
    events = list(Event.objects.all())
    assert len({event.name for event in events}) == 13
    for event in events:
        check(event.name, kind=event.object_kind or None, properties=event.properties)


def test_ids_follow_time(dump):
    everything(dump)
    report = run(dump.write())
    times = list(Event.objects.order_by("id").values_list("at", flat=True))
    assert times == sorted(times)
    assert report["created"]["events"] == len(times)
