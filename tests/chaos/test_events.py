"""Events under fire: the flush is killed with -9 at each of its steps; each event is written, and once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings
from django.db import connection

from events.collecting import buffering
from events.collecting.checking import Act
from events.collecting.parcels import Parcel, pack, row_of
from events.context import Context
from events.models import Event, IntakeCount
from tests.chaos import flusher

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

PARCELS, SIZE = 120, 5  # more than one slice
US = 1_795_253_400_000_000


def put(number: int) -> None:
    parcel = Parcel("beacon", date(2026, 11, 21))
    for at in range(SIZE):
        act = Act("impression", US + number * SIZE + at)
        parcel.take(act, row_of(act, unit=-1, context=Context()), now_us=act.epoch_us)
    buffering.redis().rpush(buffering.key("waiting"), pack(parcel))


def flush(step: str) -> int:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.chaos.hook_settings",
        "CHAOS_DATABASE": str(connection.settings_dict["NAME"]),
        "CHAOS_REDIS_PREFIX": settings.REDIS_PREFIX,
        "CHAOS_RECEIVER": "",
    }
    command = [sys.executable, "-m", "tests.chaos.flusher", step]
    return subprocess.run(command, cwd=settings.ROOT, env=environment, timeout=120).returncode


@pytest.mark.usefixtures("servers")
def test_a_flush_killed_at_each_step_loses_and_doubles_nothing():
    for number in range(PARCELS):
        put(number)
    died = {step: flush(step) for step in flusher.STEPS}
    assert died == dict.fromkeys(flusher.STEPS, -signal.SIGKILL) | {"none": 0}
    assert buffering.waiting() == 0
    written = list(Event.objects.order_by("epoch_us").values_list("epoch_us", flat=True))
    assert written == [US + number for number in range(PARCELS * SIZE)]
    assert IntakeCount.objects.get().count == PARCELS * SIZE
