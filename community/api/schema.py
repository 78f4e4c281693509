"""What the generator cannot read from the views: who may call, what can go wrong, ranges of ids, examples, links."""

from __future__ import annotations

from typing import Any, Literal

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from community.api import examples, problems
from community.api.scopes import SCOPES
from community.api.shapes import BIGGEST, Out

HEADERS = {
    "RateLimit-Limit": "Requests in a minute.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "Seconds until there are all again.",
}
# What an answer of 201 made, and the parameter that takes its id.
MADE = {"createTopic": "topic_id", "createPost": "post_id", "createComment": "comment_id", "flagPost": "flag_id"}
WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Fault(Out):
    pointer = serializers.CharField(required=False, help_text="Where in the body (RFC 6901).")
    parameter = serializers.CharField(required=False, help_text="Which parameter of the query.")
    detail = serializers.CharField()
    code = serializers.CharField()


class Problem(Out):
    """RFC 9457. `detail` is for people, in their language; programs go by `type`."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = Fault(many=True, required=False)


class Operation(AutoSchema):
    def get_auth(self) -> list[dict[str, list[str]]]:
        scope = self.view.required_scopes[self.method]
        ways: list[dict[str, list[str]]] = [{"token": []}, {"oauth": [scope]}, {"session": []}]
        return [*ways, {}] if self.view.public and self.method == "GET" else ways

    def get_extensions(self) -> dict[str, Any]:
        return super().get_extensions() | {"x-scope": self.view.required_scopes[self.method]}

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        found = super()._get_response_bodies(direction=direction)
        if self.method == "GET":
            found["304"] = {"description": "You hold the same already: its ETag is in If-None-Match."}
        for status in self._faults():
            found[str(status)] = self._problem(status)
        return dict(sorted(found.items()))

    def _faults(self) -> set[int]:
        """Every status of a refusal that this operation can give."""
        found = {400, 401, 406, 429, 503}
        if "{" in self.path:
            found |= {404}
        if not (self.view.public and self.method == "GET"):
            found |= {403}
        if self.method == "GET" and self.view.required_scopes:
            found |= {403}  # a token without the scope
        if self.method in WRITES:
            found |= {422}
        if self.method in ("POST", "PATCH"):
            found |= {409}
        if self.get_request_serializer() is not None:
            found |= {404, 413, 415}
        return found

    def _problem(self, status: int) -> dict[str, Any]:
        component = self.resolve_serializer(Problem, "response")
        names = [name for name, kind in problems.KINDS.items() if kind.status == status]
        said = "; ".join(f"`{name}`: {problems.KINDS[name].title}" for name in names)
        return {"description": said, "content": {problems.CONTENT_TYPE: {"schema": component.ref}}}


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """The generator's last step."""
    result["servers"] = [{"url": settings.SITE_URL}]
    result["components"]["securitySchemes"] = _ways_in()
    for path, operations in result["paths"].items():
        for operation in operations.values():
            _complete(path, operation)
    _link(result["paths"])
    _close(result)
    _loosen(result)
    examples.fill(result)
    return _cleaned(result)


def _complete(path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and parameter["schema"].get("type") == "integer":
            parameter["schema"] |= {"minimum": 1, "maximum": BIGGEST, "format": "int64"}
    for status, response in operation["responses"].items():
        described = {name: {"description": said, "schema": {"type": "integer"}} for name, said in HEADERS.items()}
        response.setdefault("headers", {}).update(described)
        if status == "201":
            response["headers"]["Location"] = {"description": "Of what was made.", "schema": {"type": "string"}}
        if status in ("429", "503"):
            response["headers"]["Retry-After"] = {"description": "In seconds.", "schema": {"type": "integer"}}


def _link(paths: dict[str, Any]) -> None:
    """From what makes a thing to all that can be done with it."""
    operations = [(path, one) for path, methods in paths.items() for one in methods.values()]
    for _path, operation in operations:
        if parameter := MADE.get(operation["operationId"]):
            taken = {parameter: "$response.body#/id"}
            operation["responses"]["201"]["links"] = {
                other["operationId"]: {"operationId": other["operationId"], "parameters": taken}
                for path, other in operations
                if f"{{{parameter}}}" in path
            }


def _close(document: dict[str, Any]) -> None:
    """Bodies that come in have no other fields than these."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                name = media["schema"]["$ref"].rpartition("/")[2]
                document["components"]["schemas"][name]["additionalProperties"] = False


def _loosen(document: dict[str, Any]) -> None:
    """Of what is read no field is certain, since `fields` may leave it out."""
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for media in operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).values():
            name = media["schema"]["$ref"].rpartition("/")[2]
            items = schemas[name]["properties"].get("items", {}) if name.endswith("Page") else {}
            shown = items["items"]["$ref"].rpartition("/")[2] if items else name
            schemas[shown].pop("required", None)


def _cleaned(value: Any) -> Any:
    """Without the generator's own notes."""
    if isinstance(value, dict):
        return {name: _cleaned(inner) for name, inner in value.items() if name != "x-spec-enum-id"}
    return [_cleaned(inner) for inner in value] if isinstance(value, list) else value


def _ways_in() -> dict[str, Any]:
    site = settings.SITE_URL
    scopes = {name: str(said) for name, said in SCOPES.items()}
    flow = {"authorizationUrl": f"{site}/oauth/authorize/", "tokenUrl": f"{site}/oauth/token/", "scopes": scopes}
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "A personal token, from your settings."},
        "oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}},
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The site's own pages."},
    }
