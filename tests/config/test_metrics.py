import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from community.notifications import telling
from community.notifications.models import Mail
from config import counting, gauges, health
from config.tasks import heartbeat
from events.models import Erasure

pytestmark = pytest.mark.django_db


def samples(answer) -> dict[tuple[str, ...], float]:
    """(name, label values…) -> value."""
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_prometheus_reads_what_is_up_and_what_waits(client, alice, bob):
    health.beat()
    telling.tell("followed", to=[alice.pk], actor=bob, source=("member", alice.pk))
    Mail.objects.update(due_at=timezone.now() - timedelta(minutes=5))
    Erasure.objects.create(units=[1])
    Erasure.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    told = samples(client.get("/metrics"))
    assert {told["flywheel_up", name] for name in ("postgresql", "redis", "tasks")} == {1.0}
    assert told["flywheel_outbox_due", "mail"] == 1
    assert 300 <= told["flywheel_outbox_lag_seconds", "mail"] < 310
    assert told["flywheel_outbox_lag_seconds", "webhooks"] == 0
    assert told["flywheel_queued_tasks",] >= 0
    assert 3600 <= told["flywheel_erasure_age_seconds",] < 3610
    assert told["flywheel_campaigns_lag_seconds",] == told["flywheel_campaigns_leases", "yes"] == 0


def test_without_redis_the_rest_is_told(client, settings, tmp_path):
    settings.REDIS_DATA_URL = f"unix://{tmp_path}/none.sock"
    told = samples(client.get("/metrics"))
    assert told["flywheel_up", "redis"] == 0
    assert told["flywheel_up", "postgresql"] == 1
    assert ("flywheel_queued_tasks",) not in told


def test_the_queue_is_as_long_as_the_bells_that_no_worker_heard(redis_client):
    before = gauges.queued_tasks()
    heartbeat.delay()
    assert gauges.queued_tasks() == before + 1


@pytest.mark.parametrize(
    ("address", "headers", "proxies", "allowed"),
    [
        ("127.0.0.1", {}, 0, True),
        ("10.2.3.4", {}, 0, True),
        ("8.8.4.4", {}, 0, False),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.1"}, 0, False),
        ("127.0.0.1", {"X-Forwarded-For": "8.8.4.4"}, 1, False),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.1, 8.8.4.4"}, 1, False),
        ("127.0.0.1", {"X-Forwarded-For": "8.8.4.4, 10.0.0.1"}, 1, True),
        ("", {}, 0, True),
        ("", {"X-Forwarded-For": "nonsense"}, 1, False),
    ],
)
def test_without_a_token_only_neighbours_may_read(client, settings, address, headers, proxies, allowed):
    settings.TRUSTED_PROXIES = proxies
    answer = client.get("/metrics", REMOTE_ADDR=address, headers=headers)
    assert answer.status_code == (200 if allowed else 403)


@pytest.mark.parametrize(
    ("given", "status"), [("Bearer s3cret", 200), ("Bearer s3cre", 403), ("s3cret", 403), ("\u00e9", 403)]
)
def test_with_a_token_only_who_knows_it_may_read(client, settings, given, status):
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics", headers={"Authorization": given}).status_code == status


def test_numbers_of_processes_that_are_gone_are_left_behind(settings, tmp_path):
    settings.METRICS_DIR = tmp_path
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / f"histogram_{gone.pid}.db").touch()
    (tmp_path / "worker" / "histogram_1.db").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(counting.FOLDER, str(django_settings.METRICS_DIR))
        counting.begin_to_count("worker")
    assert [path.name for path in (tmp_path / "worker").iterdir()] == ["histogram_1.db"]
