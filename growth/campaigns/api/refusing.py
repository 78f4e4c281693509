"""The verbs' refusals as the API tells them: what is wrong with which field, or that it cannot be done now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as Unsound
from rest_framework.exceptions import ErrorDetail, ValidationError

from community.api.problems import Problem


@contextmanager
def refusing() -> Iterator[None]:
    try:
        yield
    except Unsound as refused:
        told = refused.message_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.messages}
        if set(told) <= {NON_FIELD_ERRORS, "state"}:
            raise Problem("unfit", " ".join(message for messages in told.values() for message in messages)) from None
        raise ValidationError(
            {name: [ErrorDetail(one, "invalid") for one in messages] for name, messages in told.items()}
        ) from None
