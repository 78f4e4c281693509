"""From the beacon to the row: nothing lost, nothing doubled, whatever stops when."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
import redis
from django.db import OperationalError, connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from events.collecting import buffering, writing
from events.collecting.checking import Act
from events.collecting.parcels import Parcel, pack, row_of, unpack
from events.collecting.tasks import flush
from events.context import Context
from events.models import Event, IntakeCount, Receipt

US = 1_795_253_400_000_001


def parcel(*names: str, key: uuid.UUID | None = None) -> Parcel:
    made = Parcel("beacon", date(2026, 11, 21), key or uuid.uuid4())
    for number, name in enumerate(names or ("page_viewed",)):
        act = Act(name, US + number, object=("topic", 7), value=1.5, properties={"path": "/中文/\t\\N"})
        made.take(act, row_of(act, unit=-9, context=Context(3, "direct", "phone", "en", "SG")), now_us=US + number)
    return made


@pytest.fixture
def away(monkeypatch, tmp_path) -> None:
    client = redis.Redis(unix_socket_path=str(tmp_path / "none.sock"), retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(buffering, "redis", lambda: client)


def names() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("name", flat=True))


def test_a_parcel_is_the_same_after_the_way_through_redis():
    made = parcel("page_viewed", "clicked")
    assert unpack(pack(made).encode()) == made


@pytest.mark.django_db
def test_what_waits_is_written_in_its_order_with_all_its_columns():
    buffering.put(parcel("page_viewed", "clicked"), flusher=flush)
    buffering.put(parcel("impression"), flusher=flush)
    assert names() == []
    assert buffering.flush() == 2
    assert (names(), buffering.waiting()) == (["page_viewed", "clicked", "impression"], 0)
    event = Event.objects.earliest("pk")
    assert (event.epoch_us, event.at.isoformat()) == (US, "2026-11-21T09:30:00.000001+00:00")
    assert (event.unit, event.person, event.session, event.value) == (-9, -9, 3, 1.5)
    assert (event.object_kind, event.object_id) == ("topic", 7)
    assert (event.source, event.device, event.language, event.country) == ("direct", "phone", "en", "SG")
    assert event.properties == {"path": "/中文/\t\\N"}


@pytest.mark.django_db
def test_a_flush_takes_all_that_waits(monkeypatch):
    monkeypatch.setattr(buffering, "SLICE", 2)
    for _ in range(5):
        buffering.put(parcel(), flusher=flush)
    assert (buffering.flush(), len(names())) == (5, 5)


@pytest.mark.django_db
def test_with_redis_away_it_is_written_at_once(away):
    buffering.put(parcel(), flusher=flush)
    assert names() == ["page_viewed"]
    flush()  # says nothing and harms nothing


@pytest.mark.django_db
def test_a_parcel_that_redis_took_without_an_answer_is_written_once():
    made = parcel()
    buffering.redis().rpush(buffering.key("waiting"), pack(made))
    writing.write([made])
    assert (buffering.flush(), len(names())) == (1, 1)
    assert IntakeCount.objects.get().count == 1


class Killed(BaseException):
    """As kill -9 is, but in this process."""


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["lrange", "receive", "copy", "add", "pipeline", "lrem"])
def test_a_flush_that_dies_at_any_step_loses_and_doubles_nothing(step, monkeypatch):
    for _ in range(3):
        buffering.put(parcel(), flusher=flush)

    def die(*args: object, **kwargs: object) -> None:
        raise Killed

    targets = {"receive": (writing, "_receive"), "copy": (writing, "copy"), "add": (type(IntakeCount.objects), "add")}
    client = buffering.redis()
    owner, attribute = targets.get(step) or (redis.client.Pipeline if step == "lrem" else client, step)
    with monkeypatch.context() as patch:
        patch.setattr(owner, attribute, die)
        with pytest.raises(Killed):
            buffering.flush()
    buffering.flush()
    assert (len(names()), buffering.waiting(), IntakeCount.objects.get().count) == (3, 0, 3)


@pytest.mark.django_db
def test_a_parcel_that_the_table_refuses_is_set_aside_and_holds_nothing_up(caplog):
    broken = parcel()
    broken.rows[0] = broken.rows[0]._replace(country="Singapore")
    for one in (parcel("clicked"), broken, parcel("impression")):
        buffering.put(one, flusher=flush)
    buffering.flush()
    assert (sorted(names()), buffering.waiting()) == (["clicked", "impression"], 0)
    assert buffering.redis().llen(buffering.key("broken")) == 1
    assert "set aside" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("unreadable", ["{", "[]", "null", '[1, "beacon", "2026-11-21", [], []]', '{"key": 1}'])
def test_a_parcel_that_nobody_can_read_is_set_aside_and_holds_nothing_up(unreadable):
    buffering.redis().rpush(buffering.key("waiting"), unreadable)
    buffering.put(parcel(), flusher=flush)
    buffering.flush()
    assert (names(), buffering.waiting()) == (["page_viewed"], 0)
    assert buffering.redis().lrange(buffering.key("broken"), 0, -1) == [unreadable.encode()]


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [redis.TimeoutError("slow"), OperationalError("gone")])
def test_a_fault_in_writing_others_is_not_the_senders_whose_parcel_is_kept(fault, monkeypatch, caplog):
    def fail(_parcels: object) -> None:
        raise fault

    monkeypatch.setattr(buffering, "CROWDED", 0)
    monkeypatch.setattr(writing, "write", fail)
    buffering.put(parcel(), flusher=flush)
    assert buffering.waiting() == 1
    assert "what waits could not be written" in caplog.text


@pytest.mark.django_db
def test_the_bell_rings_once_in_half_a_second(monkeypatch):
    rung: list[object] = []
    monkeypatch.setattr("events.bell.ring", rung.append)
    for _ in range(3):
        buffering.put(parcel(), flusher=flush)
    assert rung == [flush]


@pytest.mark.django_db
def test_where_nobody_flushes_the_next_beacon_does(monkeypatch):
    monkeypatch.setattr(buffering, "CROWDED", 2)
    for _ in range(3):
        buffering.put(parcel(), flusher=flush)
    assert (len(names()), buffering.waiting()) == (3, 0)


@pytest.mark.django_db(transaction=True)
def test_while_one_flush_is_at_it_another_writes_nothing():
    buffering.put(parcel(), flusher=flush)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('events.flush'))")
        assert (buffering.flush(), buffering.waiting()) == (0, 1)
    finally:
        other.close()
    assert buffering.flush() == 1


@pytest.mark.django_db
def test_keys_are_forgotten_after_a_month(alice):
    writing.write([parcel()])
    receipt = Receipt.objects.get()
    assert writing.sweep(receipt.until - timedelta(seconds=1)) == 0
    assert writing.sweep(receipt.until) == 1
    assert not Receipt.objects.exists()
