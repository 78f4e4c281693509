"""Rows of any model, each with related rows of its own: so a page that asks once for each row is found out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from community.points.models import RuleSet
from growth.campaigns.models import FrequencyCap
from tests import builders

_numbers = count(1)

# What the constraints of a table want beyond its fields.
SPECIAL: dict[str, Callable[[], dict[str, Any]]] = {
    "experiments.experiment": lambda: {"idea": None},  # an idea may come from an insight, which is of an experiment
    "experiments.idea": lambda: {"insight": None},
    "experiments.metricversion": lambda: {"events": "vote_cast"},
    "experiments.refresh": lambda: {"state": "done"},
    "experiments.calibration": lambda: {
        "day": timezone.localdate() - timedelta(days=next(_numbers)),
        "body": {"looks": 20, "alpha": 0.05, "people": 0, "metrics": [], "srm": {"p": [], "alarms": None}},
    },
    "campaigns.campaign": lambda: {"trigger_event": "", "trigger": "", "kind": "broadcast"},
    "campaigns.device": lambda: {"fingerprint": sha256(str(next(_numbers)).encode()).digest(), "address": b"sealed"},
    "campaigns.frequencycap": lambda: {"priority": _freed_priority()},
    "forum.category": lambda: {"parent": None},
    "forum.topic": lambda: {"kind": "question", "accepted": None, "merged_into": None, "tag_ids": []},
    "forum.post": lambda: {"up": 0, "down": 0, "score": 0},
    "forum.vote": lambda: {"value": 1},
    "moderation.flag": lambda: {"comment": None},
    "moderation.suspension": lambda: {"until": timezone.now() + timedelta(days=1)},
    "points.rule": lambda: {"pool": "", "cap": None, "set": RuleSet.objects.get(active=True)},
    "points.ruleset": lambda: {"active": False},
    "points.entry": lambda: {"reversal_of": None},
    "points.chore": lambda: {"kind": "preview", "became": None},
    "imports.importrun": lambda: {"rules": None},
    "api.token": lambda: {"scopes": ["read"]},
    "oauth2_provider.accesstoken": lambda: {"source_refresh_token": None, "id_token": None},
    "webhooks.endpoint": lambda: {"names": ["topic_started"]},
}
# What no row of a model is ever without: a model and its foreign key.
ALWAYS_WITH = {
    "experiments.metric": ("experiments.metricversion", "metric"),
    "experiments.rollout": ("experiments.rolloutstep", "rollout"),
}


def _freed_priority() -> int:
    """There is one row for each; the one that was made longest ago makes room."""
    row = FrequencyCap.objects.earliest("pk")
    row.delete()
    return row.priority


def make(label: str, **fields: Any) -> models.Model:
    """One saved row of the model called `label` (app.model); optional foreign keys are filled too."""
    if label == "members.member":
        return builders.member()
    model = apps.get_model(label)
    given = {**SPECIAL.get(label, dict)(), **fields}
    for field in model._meta.concrete_fields:
        if field.name not in given and _wanted(field, model):
            given[field.name] = _value(field)
    made = model._base_manager.create(**given)
    if label in ALWAYS_WITH:
        other, foreign_key = ALWAYS_WITH[label]
        make(other, **{foreign_key: made})
    return made


def _wanted(field: models.Field, model: type[models.Model]) -> bool:
    if field.generated or isinstance(field, models.AutoField) or field.has_db_default():
        return False
    if isinstance(field, models.ForeignKey):
        return field.related_model is not model
    return not (field.has_default() or field.null or field.blank)


def _value(field: models.Field) -> Any:
    number = next(_numbers)
    if isinstance(field, models.ForeignKey):
        return make(field.related_model._meta.label_lower)
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.URLField):
        return f"https://example.org/{number}"
    if isinstance(field, models.CharField | models.TextField | models.FileField):
        return f"{field.name}{number}"[: field.max_length]
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return timezone.now().date()
    if isinstance(field, ArrayField):
        return []
    if isinstance(field, models.BooleanField):
        return False
    return {} if isinstance(field, models.JSONField) else number
