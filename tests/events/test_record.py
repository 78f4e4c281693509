"""What is recorded: declared names only, at the time of the act, in the transaction of the change."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, transaction

from events.context import Context
from events.models import Event
from events.record import epoch_us, event, record, record_all

pytestmark = pytest.mark.django_db


def only_event() -> Event:
    return Event.objects.get()


def test_an_event_is_kept_with_all_that_is_said_of_it():
    context = Context(session=7, source="web", device="phone", language="zh-hans", country="SG")
    at = datetime(2018, 3, 12, 17, 0, 45, 567001, tzinfo=UTC)
    record("topic_started", unit=3, at=at, object=("topic", 9), context=context, kind="question")
    event = only_event()
    assert (event.name, event.unit, event.person, event.object_kind, event.object_id) == (
        "topic_started",
        3,
        3,
        "topic",
        9,
    )
    assert (event.session, event.source, event.device, event.language, event.country) == (
        7,
        "web",
        "phone",
        "zh-hans",
        "SG",
    )
    assert event.at == at
    assert event.properties == {"kind": "question"}


def test_the_value_of_a_vote_is_kept():
    record("vote_cast", unit=3, object=("post", 1), value=-1)
    assert only_event().value == -1


def test_a_visitor_is_a_negative_unit():
    record("searched", unit=-12, results=4)
    assert (only_event().unit, only_event().person) == (-12, -12)


def test_an_undeclared_name_is_refused():
    with pytest.raises(ValueError, match="no event is named 'topic_startled'"):
        record("topic_startled", unit=1)
    assert not Event.objects.exists()


def test_an_undeclared_property_is_refused():
    with pytest.raises(ValueError, match="topic_started has no property email"):
        record("topic_started", unit=1, object=("topic", 1), email="a@example.org")
    assert not Event.objects.exists()


def test_an_object_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="comment_posted is about post, not comment"):
        record("comment_posted", unit=1, object=("comment", 1))


def test_an_object_where_none_is_declared_is_refused():
    with pytest.raises(ValueError, match="signed_in is about nothing, not member"):
        record("signed_in", unit=1, object=("member", 1))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(TypeError):
        record("signed_in", unit=1, at=datetime(2018, 3, 12))  # noqa: DTZ001


def test_the_time_is_now_unless_said(time_machine):
    now = datetime(2026, 5, 4, 3, 2, 1, 999999, tzinfo=UTC)
    time_machine.move_to(now, tick=False)
    record("signed_in", unit=1)
    assert only_event().at == now


def test_microseconds_are_exact_where_floats_are_not():
    late = datetime(2199, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    record("signed_in", unit=1, at=late)
    assert only_event().epoch_us == 7258118399999999
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=only_event().epoch_us) == late


def test_another_zone_is_the_same_moment():
    shanghai = timezone(timedelta(hours=8))
    assert epoch_us(datetime(1970, 1, 1, 8, 0, 0, 1, tzinfo=shanghai)) == 1


def test_a_time_before_1970_is_negative():
    assert epoch_us(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)) == -1


def test_the_row_carries_the_transaction_that_wrote_it():
    record("signed_in", unit=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tx = pg_current_xact_id(), pg_typeof(tx)::text FROM events_event")
        assert cursor.fetchone() == (True, "xid8")


@transaction.atomic
def sign_in_and_fail() -> None:
    record("signed_in", unit=1)
    raise ZeroDivisionError


def test_an_event_goes_with_the_change_that_fails():
    with pytest.raises(ZeroDivisionError):
        sign_in_and_fail()
    assert not Event.objects.exists()


def test_many_at_once_are_the_rows_that_one_by_one_would_be():
    given = {"unit": 7, "at": datetime(2026, 5, 4, tzinfo=UTC), "object": ("topic", 3), "seconds": 12}
    record("topic_read", **given)
    record_all([event("topic_read", **given), event("vote_cast", unit=-2, value=1)])
    columns = [field.attname for field in Event._meta.concrete_fields if field.attname not in ("id", "tx")]
    one, other, vote = Event.objects.order_by("pk").values(*columns)
    assert one == other
    assert (vote["unit"], vote["value"], vote["properties"]) == (-2, 1.0, {})
