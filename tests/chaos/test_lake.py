"""Sealing, compaction, erasure and cooling, killed with -9 after each step: nothing is lost or doubled."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from events import visitors
from events.derived import rebuilding
from events.lake import background, lock, verifying
from events.models import Erasure, Event, FillMark, LakeDay, LakeFile, Seal
from tests.events.lake.holding import START, ids, in_files, in_table, seal, write

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

SEAL, COMPACT, COOL = (f"events.lake.background.{work}" for work in ("seal", "compact", "cool"))
STEPS = [
    (SEAL, "events.lake.sealing.find_batch"),
    (SEAL, "events.lake.writing._copy"),
    (SEAL, "events.lake.store._flush"),
    (SEAL, "events.lake.store.place"),
    (SEAL, "events.lake.sealing.write_parts"),
    (SEAL, "events.models.derived.FillMarkQuerySet.move"),  # the last act before the commit
    (SEAL, "events.lake.sealing.keep"),
    (SEAL, "events.lake.linking.settle"),
    (SEAL, "events.derived.filling.fill_one"),
    (SEAL, "events.derived.filling._upsert"),
    (SEAL, "events.lake.erasing.rewrite"),
    (SEAL, "events.derived.forget"),
    (SEAL, "events.lake.erasing.let_go"),
    (COMPACT, "events.lake.linking.settle"),
    (COMPACT, "events.lake.writing._copy"),
    (COMPACT, "events.lake.store.place"),
    (COMPACT, "events.lake.compaction._same"),
    (COMPACT, "events.lake.compaction.swap"),
    (COMPACT, "events.lake.sweeping.sweep"),
    (COMPACT, "events.lake.store.remove"),
    (COOL, "events.lake.verifying.verify"),
    (COOL, "events.lake.cooling.note"),
    (COOL, "events.lake.cooling._join_seals"),
    (COOL, "events.lake.cooling.leave"),
]


@pytest.fixture
def world(settings, tmp_path) -> Path:
    settings.LAKE_URL = str(tmp_path / "lake")
    settings.EVENT_READERS = []
    return tmp_path


def die(work: str, step: str) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.chaos.command_settings",
        "CHAOS_DATABASE": str(connection.settings_dict["NAME"]),
        "CHAOS_REDIS_PREFIX": settings.REDIS_PREFIX,
        "CHAOS_LAKE": settings.LAKE_URL,
    }
    command = [sys.executable, "-m", "tests.chaos.dying", work, step]
    ended = subprocess.run(command, cwd=settings.ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, f"{step} was not reached: {ended.stderr}"
    with lock.holding(wait=True):
        """PostgreSQL has noticed, and let its lock go."""


def prepare(work: str, turn: int) -> None:
    """Something to do for every step: sealed and unsealed events, a link, somebody to erase, files to unlink."""
    LakeFile.objects.exclude(retired_at=None).update(retired_at=timezone.now() - timedelta(hours=1))
    for part in range(2):
        write(70, units=(1, 2, -3 - turn, 1000 + turn), start=START + timedelta(minutes=turn, seconds=part))
        if work != SEAL or not part:
            seal(background.seal)
    visitors.link(3 + turn, member=1, at=START)
    if work == SEAL:
        Erasure.objects.create(units=[1000 + turn])
    if work == COOL:
        Seal.objects.update(sealed_at=START - timedelta(days=100))


def test_nothing_is_lost_or_doubled_wherever_it_is_killed(world):
    held = {}
    for turn, (work, step) in enumerate(STEPS):
        prepare(work, turn)
        held.update({row["id"]: row["unit"] for row in in_table()})
        die(work, step)
        seal(background.seal)
        background.compact()
        background.cool()
        erased = set().union(*(erasure.units for erasure in Erasure.objects.all()))
        wanted = {event for event, unit in held.items() if unit not in erased}
        assert ids(in_files()) == dict.fromkeys(wanted, 1), step
        assert verifying.verify().holds, step
        assert FillMark.objects.of("personday") == FillMark.objects.of("lake")
        with lock.holding():
            assert not any(rebuilding.check().values()), step
        assert not Event.objects.filter(unit__in=erased).exists()
    assert LakeDay.objects.exists()
