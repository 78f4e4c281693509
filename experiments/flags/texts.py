"""Values of flags as people write and read them: a text as it is, all else as JSON. 1.0 stays 1.0."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from experiments.flags.values import check_json
from experiments.models import Flag


def written(value: Any, kind: str) -> str:
    if kind == Flag.Kind.STRING and isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, dict | list) and value else None)


def read(text: str, kind: str) -> Any:
    """Raises ValidationError."""
    if kind == Flag.Kind.STRING:
        return text.replace("\r\n", "\n")
    return read_json(text.strip().lower() if kind == Flag.Kind.BOOLEAN else text)


def read_json(text: str) -> Any:
    """Raises ValidationError, of what could not be kept or followed to its end too."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("This is no JSON: %(why)s") % {"why": error}) from error
    check_json(found)
    return found
