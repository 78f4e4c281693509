"""How the log is written: JSON lines for machines, plain lines for a terminal; each with the request's id."""

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from pythonjsonlogger.core import RESERVED_ATTRS

from config import request_ids

UNMATCHED = "(none)"
ASSETS = "(assets)"
# Django hangs these objects on its records; a request in full would carry addresses with secrets in them.
_LEFT_OUT = ["request", "response", "server_time", "data"]


class OfRequest(logging.Filter):
    """Gives each record its request's id, and Django's the pattern of the address instead of the address."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        request_id = request_ids.current()
        if isinstance(request, HttpRequest):  # Django tells of an answer like 404 when our middleware is left already
            request_id = request.META.get(request_ids.META_KEY) or request_id
            if isinstance(record.args, tuple):
                record.args = tuple(route_of(request) if word == request.path else word for word in record.args)
        record.__dict__["request_id"] = request_id or None
        return True


def route_of(request: HttpRequest) -> str:
    """The pattern that the address matched. Never the address itself: it may hold a secret, or be made up."""
    if request.resolver_match:
        return request.resolver_match.route or "/"
    return ASSETS if request.path.startswith(settings.STATIC_URL) else UNMATCHED


def logging_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    """The LOGGING setting: everything to stderr, once."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"of_request": {"()": OfRequest}},
        "formatters": {
            "line": {"format": "{asctime} {levelname} {name}: {message} [{request_id}]", "style": "{"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "{levelname}{name}{message}{request_id}",
                "style": "{",
                "rename_fields": {"levelname": "level", "name": "logger", "exc_info": "traceback"},
                "timestamp": "time",
                "reserved_attrs": [*RESERVED_ATTRS, *_LEFT_OUT],
                "json_ensure_ascii": False,
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "line",
                "filters": ["of_request"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        # Celery tells of each task twice; config.tasks_seen does so once, with what it took.
        "loggers": {"django.server": {"level": "WARNING"}, "celery": {"level": "WARNING"}},
    }
