"""Every report by every engine over a lake with sealed files, a tail and visitors who became members."""

import pytest

from events.engine import PEOPLE, reading
from events.lake import sealing
from events.models import Event
from events.record import record
from growth.retention.selfcheck import QUESTIONS, check

pytestmark = [pytest.mark.engines, pytest.mark.reference]

GIVEN = {"tz": "Europe/Berlin", "as_of": "2018-09-15"}
EDGES = {"tz": "America/Sao_Paulo", "as_of": ""}


@pytest.fixture
def lake(quantumcomputing, settings, tmp_path):
    """The community's history sealed, but for what happens after."""
    settings.LAKE_URL = str(tmp_path)
    sealing.seal()
    asker = Event.objects.filter(name="topic_started").order_by("id").first()
    record("topic_started", unit=asker.unit, object=("topic", asker.object_id), kind="question")
    return tmp_path


@pytest.mark.parametrize("given", [GIVEN, EDGES], ids=["as of a day", "as of now"])
def test_an_engine_answers_as_duckdb_does(lake, engine, given):
    with reading() as reader:
        expected, found = (check(name, given, reader) for name in ("duckdb", engine))
    asked = [f"{kind} {params}" for kind, params in QUESTIONS]
    assert dict(zip(asked, [one["hash"] for one in found], strict=True)) == dict(
        zip(asked, [one["hash"] for one in expected], strict=True)
    )


def test_an_engine_knows_the_same_people(lake, engine):
    everybody = PEOPLE.order_by("person")
    with reading() as reader, reading(snapshot=reader.snapshot, as_of=reader.as_of, engine=engine) as other:
        assert other.records(everybody) == reader.records(everybody)
