from datetime import timedelta

import pytest
from django.utils import timezone

from community.webhooks import cleaning, tasks
from community.webhooks.models import KEPT, Attempt, Delivery

pytestmark = pytest.mark.django_db


def test_what_is_older_than_thirty_days_goes_with_its_attempts(endpoint_at, monkeypatch):
    monkeypatch.setattr(cleaning, "BATCH", 2)
    endpoint, now = endpoint_at(), timezone.now()
    for n in range(5):
        old = Delivery.objects.create(endpoint=endpoint, name="test", created_at=now - KEPT - timedelta(minutes=1 + n))
        Attempt.objects.create(delivery=old, code=500)
    young = Delivery.objects.create(endpoint=endpoint, name="test", created_at=now - KEPT + timedelta(minutes=1))
    tasks.clean()
    assert list(Delivery.objects.all()) == [young]
    assert Attempt.objects.count() == 0
