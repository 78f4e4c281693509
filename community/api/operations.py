"""One method of a resource: what it takes, what it gives, how the schema tells of it.

    @operation("List topics", query=TopicQuery, returns=TopicOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page: ...

    @operation("Start a topic", takes=NewTopic, returns=TopicOut, status=201)
    def post(self, request: Request, *, given: dict[str, Any]) -> Topic: ...

The method gets what was asked, checked, and returns a thing, a Page, or nothing (204). A `post` runs once for each
Idempotency-Key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from community.api import idempotency
from community.api.paging import Page
from community.api.shapes import In, NoQuery, Out, PageQuery, only, read_query

Method = Callable[..., Any]

KEY = OpenApiParameter(
    idempotency.HEADER,
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    OpenApiParameter.HEADER,
    description="The same key again gives the same answer: 24 hours.",
)
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="An ETag known already.")


def operation(
    summary: str,
    *,
    name: str,
    takes: type[In] | None = None,
    query: type[In] = NoQuery,
    returns: type[Out] | None = None,
    page: bool = False,
    status: int = 0,
    at: str = "",
) -> Callable[[Method], Method]:
    """`name` is the operationId; `status` is 200 unless given, 204 where nothing is returned.

    `at` names the address of what was made, for the Location header (RFC 9110, 15.3.2).
    """
    status = status or (200 if returns else 204)

    def decorate(method: Method) -> Method:
        reads = method.__name__ == "get"
        shapes = [shape for shape, used in ((query, query is not NoQuery), (PageQuery, page)) if used]

        @wraps(method)
        def run(view: Any, request: Request, **path: Any) -> Response:
            asked = read_query(request.query_params.dict(), *shapes, also=["fields"] if reads else [])
            if shapes:
                path["query"] = asked
            if takes:
                path["given"] = _checked(takes, request.data)
            found = method(view, request, **path)
            response = _answer(view, request, found, returns, status)
            if at:
                response["Location"] = request.build_absolute_uri(reverse(at, args=[found.pk]))
            return response

        described = extend_schema(
            operation_id=name,
            summary=summary,
            description=method.__doc__ or "",
            tags=[method.__module__.rsplit(".", 1)[-1]],
            parameters=[*shapes, *([_fields(returns), IF_NONE_MATCH] if reads else [])]
            + ([KEY] if method.__name__ == "post" else []),
            request=takes,
            responses={status: page_of(returns) if page else returns},  # type: ignore[arg-type]
        )
        return described(idempotency.once(run) if method.__name__ == "post" else run)

    return decorate


def _fields(shape: type[Out] | None) -> OpenApiParameter:
    names = list(shape().fields) if shape else []
    return OpenApiParameter(
        "fields",
        {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1},
        description="Only these fields of each thing, with commas between them.",
        style="form",
        explode=False,
    )


def _checked(shape: type[In], data: Any) -> dict[str, Any]:
    serializer = shape(data=data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _answer(view: Any, request: Request, found: Any, returns: type[Out] | None, status: int) -> Response:
    if returns is None:
        return Response(status=status)
    many = isinstance(found, Page)
    serializer = returns(found.items if many else found, many=many, context={"request": request, "view": view})
    only(serializer, request.query_params.get("fields"))
    if not many:
        return Response(serializer.data, status=status)
    following = found.next(request)
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return Response({"items": serializer.data, "next": following}, headers=headers)


@cache
def page_of(shape: Any) -> Any:
    """The serializer of a page, for the schema."""
    parts = {
        "items": shape(many=True),
        "next": serializers.URLField(allow_null=True, help_text="The next page; null on the last."),
    }
    return type(f"{shape.__name__}Page", (Out,), parts)
