"""Answers held against the schema of OFREP 0.3.0, which is not ours.

As it is published it takes no answer at all: its `oneOf` of flags counts `codeDefaultFlag`, which every object is, and
every whole number is a float; and the variant of a disabled flag, null by the clients, is no text. Read as `anyOf`,
with null for that one, it is what it means.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
import yaml
from django.utils import timezone

from experiments.serving import views
from tests.experiments import rows

pytestmark = [pytest.mark.django_db, pytest.mark.reference]


@pytest.fixture(scope="module")
def schemas(reference) -> dict[str, Any]:
    path = reference / "conformance" / "ofrep" / "openapi.yaml"
    if not path.exists():
        pytest.skip(f"no schema of OFREP at {path}")
    found = yaml.safe_load(path.read_text())["components"]
    success = found["schemas"]["evaluationSuccess"]["allOf"]
    success[1]["anyOf"] = success[1].pop("oneOf")
    success[0]["properties"]["variant"]["type"] = ["string", "null"]
    return found


def valid(schemas, name: str, answer: Any) -> bool:
    schema = {"$ref": f"#/components/schemas/{name}", "components": schemas}
    return jsonschema_rs.is_valid(schema, answer)


@pytest.fixture
def flags(published) -> list[str]:
    """One of every kind and every way to decide."""
    parent = rows.flag("parent", everyone=False)
    made = [
        parent,
        rows.flag("static"),
        rows.flag("killed", killed_at=timezone.now()),
        rows.flag("split", percent="50"),
        rows.flag("float", kind="number", off_value=1.5, on_value=2.0),
        rows.flag("integer", kind="number", off_value=1, on_value=2),
        rows.flag("object", kind="json", off_value={}, on_value={"a": [1]}),
        rows.flag("targeted", kind="string", off_value="a", on_value="b"),
        rows.flag("gated"),
        rows.flag("experiment", kind="string", off_value="a", on_value="b"),
    ]
    by_name = {flag.name: flag for flag in made}
    rows.rule(by_name["targeted"], value="c", condition={"plan": "pro"})
    rows.rule(
        by_name["gated"], value=True, prerequisites=[{"flag": "parent", "condition": {"value": True}, "gate": True}]
    )
    rows.rule(by_name["experiment"], experiment=rows.experiment(values=("a", "b")))
    published(*made)
    return list(by_name)


@pytest.mark.parametrize("context", [{}, {"targetingKey": "7", "plan": "pro"}])
def test_every_answer_is_what_the_protocol_says(ask, flags, schemas, context):
    assert valid(schemas, "bulkEvaluationSuccess", ask(context=context).json())
    for name in flags:
        response = ask(name, context)
        wanted = "serverEvaluationSuccess" if response.status_code == 200 else "evaluationFailure"
        assert valid(schemas, wanted, response.json()), response.content


def test_refusals_are_too(ask, flags, schemas):
    assert valid(schemas, "flagNotFound", ask("unknown", {}).json())
    assert valid(schemas, "evaluationFailure", ask("split", raw="{").json())
    assert valid(schemas, "bulkEvaluationFailure", ask(raw="{").json())


def test_the_schema_refuses_what_is_wrong(schemas):
    assert not valid(
        schemas, "serverEvaluationSuccess", {"key": "a", "reason": "DEFAULT", "value": True, "variant": "x"}
    )
    assert not valid(schemas, "flagNotFound", {"key": "a", "errorCode": "GENERAL"})


@pytest.mark.parametrize("context", [{}, {"targetingKey": "7"}])
def test_our_own_description_holds_too(ask, flags, client, context):
    own = client.get("/ofrep/v1/openapi.json").json()
    assert own == json.loads(views._description())
    schemas = own["components"]
    assert valid(schemas, "Answers", ask(context=context).json())
    for name in flags:
        response = ask(name, context)
        assert valid(schemas, "Answer" if response.status_code == 200 else "Failure", response.json())
    assert valid(schemas, "NotFound", ask("unknown", {}).json())
