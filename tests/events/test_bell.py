import pytest
import redis
from celery import Celery, shared_task
from django.conf import settings
from django.db import transaction

from events.bell import ring


@shared_task(name="tests.work")
def work(*ids: int) -> None:
    """Never run: no worker listens to the tests' keys."""


@pytest.fixture
def waiting(redis_client):
    url = settings.CELERY_BROKER_URL.replace("redis+socket", "unix").replace("virtual_host", "db")
    with redis.Redis.from_url(url) as broker:
        yield lambda: broker.llen(f"{settings.REDIS_PREFIX}celery")


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_once_the_rows_are_committed(waiting):
    with transaction.atomic():
        ring(work, 1, 2)
        assert waiting() == 0
    assert waiting() == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_rings_for_what_was_rolled_back(waiting):
    with transaction.atomic():
        ring(work, 1)
        transaction.set_rollback(True)
    assert waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_does_not_harm_the_verb(caplog, tmp_path):
    away = Celery("away", broker=f"redis+socket://{tmp_path}/none.sock", set_as_current=False)
    away.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with transaction.atomic():
        ring(away.task(work.run, name="tests.away"), 7)
    assert "no bell for tests.away(7,)" in caplog.text
