"""Faults to Sentry, without a word about people: only what failed, where, and the request's id."""

from __future__ import annotations

import sentry_sdk
from sentry_sdk.types import Event, Hint

from config import request_ids


def start(dsn: str) -> None:
    """Django, Celery and the log of errors are seen by sentry-sdk itself."""
    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,  # they hold members' texts and addresses
        max_breadcrumbs=0,  # the queries' parameters do, too
        before_send=without_people,
    )


def without_people(event: Event, _hint: Hint) -> Event:
    """Addresses may carry a token, a search or a name: their pattern is the event's transaction already."""
    event.pop("user", None)
    if request := event.pop("request", None):
        event["request"] = {"method": request.get("method", "")}
    event.setdefault("tags", {})["request_id"] = request_ids.current()
    return event
