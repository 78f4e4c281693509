"""The segments that rules may name, from above: settings.EXPERIMENT_SEGMENTS is the dotted path of a function that
gives their keys and names."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string


def choices() -> list[tuple[str, str]]:
    return import_string(settings.EXPERIMENT_SEGMENTS)() if settings.EXPERIMENT_SEGMENTS else []
