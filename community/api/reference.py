"""The schema as the page of the docs shows it: operations in groups, each with what it takes and gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True)
class Answer:
    status: str
    about: str
    example: str


@dataclass(frozen=True)
class Entry:
    id: str
    method: str
    path: str
    summary: str
    about: str
    scope: str
    public: bool
    parameters: list[Field]
    body: list[Field]
    body_example: str
    answers: list[Answer]


def groups(document: dict[str, Any]) -> dict[str, list[Entry]]:
    """Entries by the resource that they belong to."""
    found: dict[str, list[Entry]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append(_entry(document, path, method, operation))
    return dict(sorted(found.items()))


def _entry(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Entry:
    media = _media(operation.get("requestBody", {}))
    return Entry(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=operation.get("description", ""),
        scope=operation["x-scope"],
        public={} in operation["security"],
        parameters=[_field(one["name"], one["schema"], one.get("required"), one) for one in operation["parameters"]]
        if "parameters" in operation
        else [],
        body=list(_fields(document, media["schema"])) if media else [],
        body_example=_json(media["example"]) if media else "",
        answers=[_answer(status, response) for status, response in operation["responses"].items()],
    )


def _media(body: dict[str, Any]) -> dict[str, Any]:
    return next(iter(body.get("content", {}).values()), {})


def _answer(status: str, response: dict[str, Any]) -> Answer:
    media = _media(response)
    shown = media and int(status) < 300
    return Answer(status, response.get("description", ""), _json(media["example"]) if shown else "")


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[Field]:
    component = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, inner in component["properties"].items():
        yield _field(name, inner, name in component.get("required", ()), inner)


def _field(name: str, schema: dict[str, Any], required: Any, told: dict[str, Any]) -> Field:
    return Field(name, _kind(schema), bool(required), told.get("description", ""))


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kind = schema.get("type", "")
    if kind == "array":
        return f"{_kind(schema['items'])}[]"
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
