"""A flag as a whole, rules and overrides included, as JSON: what the audit keeps, and what is put back from it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.db import models

from experiments.models import Flag, Rule

LINKS = ("environments", "groups", "users")
_OWN = ("id", "created", "modified", "decided_at")
_OF_RULE = ("id", "flag", "position")

FLAG_FIELDS = {field.attname: field for field in Flag._meta.concrete_fields if field.name not in _OWN}
RULE_FIELDS = {field.attname: field for field in Rule._meta.concrete_fields if field.name not in _OF_RULE}


def describe(flag: Flag) -> dict[str, Any]:
    """Environments by key, members and groups by id; rules in their order."""
    return {
        **{name: _plain(getattr(flag, name)) for name in FLAG_FIELDS},
        "environments": sorted(flag.environments.values_list("key", flat=True)),
        "groups": sorted(flag.groups.values_list("pk", flat=True)),
        "users": sorted(flag.users.values_list("pk", flat=True)),
        "rules": [describe_rule(rule) for rule in flag.rules.order_by("position")],
    }


def describe_rule(rule: Rule) -> dict[str, Any]:
    return {name: _plain(getattr(rule, name)) for name in RULE_FIELDS}


def same(left: Any, right: Any) -> bool:
    """As JSON: 1 is not 1.0, nor true."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def parsed(fields: dict[str, models.Field], told: dict[str, Any]) -> dict[str, Any]:
    """Values of fields from their description; what a later version of the tables has no field for is left out."""
    return {name: _parsed(fields[name], value) for name, value in told.items() if name in fields}


def _parsed(field: models.Field, value: Any) -> Any:
    return value if isinstance(field, models.JSONField) else field.to_python(value)
