"""JSON as RFC 8259 has it: UTF-8 only, no NaN, and no name twice in one object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Reads Django's `body`, which refuses what is larger than DATA_UPLOAD_MAX_MEMORY_SIZE."""
        raw: bytes = parser_context["request"].body if parser_context else stream.read()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not UTF-8 (byte %d).") % error.start) from error
        try:
            return json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique)
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error
        except ValueError as error:  # a number of thousands of digits is one too
            raise ParseError(_("The body is not JSON: %s") % error) from error


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate name")
    return found
