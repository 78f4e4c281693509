"""A batch under way: each row is settled soon after its answer, and does not wait for the slowest of its neighbours.

So a worker that is killed leaves little of which nobody knows, and a provider who does not answer holds up nobody."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from growth.campaigns.channels.interface import Outcome
from growth.campaigns.sending import pausing, sending
from growth.campaigns.sending.looping import loop
from growth.campaigns.sending.settling import settle
from growth.campaigns.sending.trying import Request

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 0.3


class Flight:
    """`leased_until` by the monotonic clock, with the time to settle taken off."""

    def __init__(self, requests: Sequence[Request], *, leased_until: float) -> None:
        until = min(time.monotonic() + sending.SECONDS, leased_until)
        self._leased_until = leased_until
        self._requests = list(requests)
        self._places = list(range(len(requests)))  # of those not settled
        self._batch = sending.Batch([request.sending for request in requests], until=until)

    def land(self, seconds: float) -> bool:
        """Wait so long for answers and settle the rows that have all of theirs; whether these were the last."""
        if self._places:
            loop.run(partial(self._batch.go, seconds=seconds))
            self._settle_answered()
        return not self._places

    def _settle_answered(self) -> None:
        came = list(self._batch.outcomes)  # the others may come while we look
        open_rows = Counter(self._row(place) for place in self._places if came[place] is None)
        answered = [place for place in self._places if self._row(place) not in open_rows]
        if answered:
            self._places = [place for place in self._places if self._row(place) in open_rows]
            outcomes = [outcome for place in answered if (outcome := came[place])]
            self._settle([self._requests[place] for place in answered], outcomes)

    def _row(self, place: int) -> int:
        return int(self._requests[place].plan.delivery.pk)

    def _settle(self, requests: Sequence[Request], outcomes: Sequence[Outcome]) -> None:
        """What was sent is written down though PostgreSQL is restarted meanwhile: else it would be sent twice."""
        while True:
            try:
                settle(requests, outcomes, timezone.now())
            except (OperationalError, InterfaceError) as fault:
                if time.monotonic() > self._leased_until:
                    raise
                logger.warning("to be settled again: %s", fault)
                connection.close()
                time.sleep(AGAIN_SECONDS)
            else:
                return pausing.pause_refused(requests, outcomes)
