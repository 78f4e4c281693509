"""How the log is written: JSON lines for machines, plain lines for a terminal; each with the request's id."""

import logging
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS

from config import request_ids

# Django hangs these objects on its records; a request in full would carry addresses with secrets in them.
_LEFT_OUT = ["request", "response", "server_time", "data"]


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Django tells of an answer like 404 when our middleware is left already, so the request is asked first."""
        told = getattr(getattr(record, "request", None), "META", {}).get(request_ids.META_KEY)
        record.request_id = told or request_ids.current() or None
        return True


def logging_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    """The LOGGING setting: everything to stderr, once."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
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
                "filters": ["request_id"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        # Celery tells of each task twice; config.tasks_seen does so once, with what it took.
        "loggers": {"django.server": {"level": "WARNING"}, "celery": {"level": "WARNING"}},
    }
