"""The OpenAPI document and the page made from it."""

from __future__ import annotations

import jsonschema_rs
import pytest

from community.api import problems
from community.api.docs import document
from community.api.scopes import SCOPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def media():
    """(where, media type) of every body that goes in or comes out."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for status, body in bodies.items():
                for found in body.get("content", {}).values():
                    yield f"{method} {path} {status}", found


def operations():
    return [one for methods in document()["paths"].values() for one in methods.values()]


def test_it_is_served_as_openapi_3_1(client):
    response = client.get("/api/v1/schema/")
    assert response["Content-Type"] == "application/vnd.oai.openapi+json"
    assert response.json()["openapi"].startswith("3.1")


def test_every_body_has_an_example_that_fits_its_schema():
    components = {"components": document()["components"], "$schema": DIALECT}
    for where, found in media():
        validator = jsonschema_rs.validator_for({**components, **found["schema"]})
        assert [str(error) for error in validator.iter_errors(found["example"])] == [], where


def test_every_operation_says_what_it_is_and_which_scope_it_needs():
    for operation in operations():
        assert operation["summary"]
        assert operation["x-scope"] in SCOPES
        assert {"token": []} in operation["security"]
        assert {"400", "401", "406", "429", "503"} <= set(operation["responses"])


def test_every_post_takes_an_idempotency_key():
    for methods in document()["paths"].values():
        if "post" in methods:
            assert "Idempotency-Key" in [one["name"] for one in methods["post"]["parameters"]]


def test_links_lead_to_operations_that_are_there():
    names = {operation["operationId"] for operation in operations()}
    links = [link for one in operations() for link in one["responses"].get("201", {}).get("links", {}).values()]
    assert {"getTopic", "vote", "editComment", "judgeFlag"} <= {link["operationId"] for link in links} <= names


def test_the_generator_has_nothing_to_complain_about(capsys):
    document.cache_clear()
    document()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_tells_of_every_operation_and_problem(client, db, language):
    response = client.get("/api/v1/docs/", headers={"Accept-Language": language})
    html = response.content.decode()
    for operation in operations():
        assert f'id="{operation["operationId"]}"' in html
    for name in problems.KINDS:
        assert f'id="problem-{name}"' in html
    assert " style=" not in html.split("<main")[1]
    assert "<script>" not in html
