"""The way of an event, quickly: written, sealed, merged, proved."""

import pytest

from events import derived
from events.derived import rebuilding
from events.lake import compaction, lock, verifying
from tests.events.lake.holding import facts, in_files, in_table, seal, write


@pytest.mark.django_db(transaction=True)
def test_events_are_sealed_merged_and_counted_and_nothing_differs():
    for _ in range(3):
        write(60)
        assert seal() == 60
    with lock.holding():
        derived.fill()
        assert compaction.compact() == 2
        assert set(rebuilding.check().values()) == {0}
    assert facts(in_files()) == facts(in_table())
    proof = verifying.verify()
    assert proof.holds
    assert (proof.rows, proof.files) == (180, 2)
