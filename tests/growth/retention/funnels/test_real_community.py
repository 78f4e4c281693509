"""The funnel of a real community: the command's JSON against the dump's XML, cell by cell."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from events.record import epoch_us
from tests.growth.retention.funnels import oracle
from tests.growth.retention.told import Told

pytestmark = [pytest.mark.slow, pytest.mark.reference]
STEPS = "signed_up,topic_started|answer_posted,answer_received,accept_received"
ASKING = "topic_started,answer_received,answer_accepted"
LOOP = "topic_started|answer_posted,answer_received|comment_received,active"
AS_OF = datetime(2018, 8, 31, tzinfo=UTC)
QUESTIONS = [
    *({"steps": STEPS, "order": order, "window": window} for order in oracle.ORDERS for window in ("7d", "8w")),
    *(
        {"steps": "topic_started,answer_received,answer_accepted", "order": order, "window": "3d"}
        for order in oracle.ORDERS
    ),
    {"steps": "vote_received,vote_received,vote_received", "order": "ordered", "window": "1d"},
    {"steps": LOOP, "order": "ordered", "window": "1d"},
    {"steps": STEPS, "order": "ordered", "window": "4w", "exclude": "comment_received"},
    {"steps": STEPS, "order": "any", "window": "4w", "exclude": "comment_received"},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: " ".join(question.values()))
def test_every_number_is_as_the_dump_tells(quantumcomputing, question):
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    history = [Told(one.member, one.name, epoch + timedelta(microseconds=one.us)) for one in quantumcomputing.history]
    walk = "greedy" if question["order"] == "ordered" else question["order"]
    expected = oracle.funnel(history, epoch_us(AS_OF), **question, walk=walk)
    found = command(question)
    assert found["steps"][0]["count"] > 100
    assert (found["steps"], found["incomplete"]) == (expected["steps"], expected["incomplete"])


def command(question: dict[str, str]) -> dict:
    out = StringIO()
    words = [f"--{name}={value}" for name, value in question.items()]
    call_command("funnel", *words, f"--as-of={AS_OF.isoformat()}", stdout=out)
    return json.loads(out.getvalue())
