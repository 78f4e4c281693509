"""The lake in a bucket: the same files, there whole or not at all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.engine import EVENTS, reading
from events.lake import background, compaction, exporting, sweeping, verifying
from events.models import Erasure, LakeFile
from tests.events.lake.bucket import bucket
from tests.events.lake.holding import START, seal, write

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_events_are_sealed_merged_read_proved_and_erased_in_a_bucket(settings):
    with bucket("lakes") as (server, address):
        settings.LAKE_URL = address
        for turn in range(2):
            write(60, start=START + timedelta(minutes=turn))
            assert seal(background.seal) == 60
        compaction.compact()
        assert len(server.files) == 4 + 2
        with reading() as reader:
            assert reader.records(EVENTS.agg(n=EVENTS.count(), ids=EVENTS.id.nunique())) == [{"n": 120, "ids": 120}]
        assert verifying.verify().holds
        assert len(exporting.events_of([1])) == 40
        Erasure.objects.create(units=[1])
        seal(background.seal)
        sweeping.sweep(timezone.now() + timedelta(minutes=11))
        standing = LakeFile.objects.standing().values_list("path", flat=True)
        files = {name for name in server.files if name.endswith(".parquet")}  # pyarrow leaves marks of folders
        assert files == {f"lake/{path}" for path in standing}
        assert exporting.events_of([1]) == []
        assert verifying.verify().holds
