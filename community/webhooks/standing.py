"""How an endpoint stands: well, resting after a failure, dead after days of them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from community.webhooks import retrying
from community.webhooks.calling import Answer
from community.webhooks.models import Endpoint

DEAD_AFTER = timedelta(days=5)  # of nothing but failures
GONE = 410  # the receiver's word that it wants no more (Standard Webhooks)


def recovered(endpoint_id: int) -> None:
    """It took a message. The row of an endpoint that is well is left alone."""
    Endpoint.objects.filter(pk=endpoint_id, failures__gt=0).update(failures=0, failing_since=None)


def failed(endpoint_id: int, answer: Answer) -> None:
    """It did not: let it rest, and hold it for dead after days, or at once if it says so. In a transaction."""
    now = timezone.now()
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.rests_until = now + retrying.rest(endpoint.failures, answer.retry_after)
    given_up = answer.code == GONE or endpoint.failing_since <= now - DEAD_AFTER
    if given_up and endpoint.state == Endpoint.State.ON:
        endpoint.state, endpoint.untold = Endpoint.State.DEAD, True
    endpoint.save(update_fields=["failures", "failing_since", "rests_until", "state", "untold"])
