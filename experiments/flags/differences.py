"""What differs between two descriptions of a flag, line by line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import NOT_PROVIDED
from django.utils.translation import gettext as _

from experiments.flags.describing import RULE_FIELDS, same
from experiments.models import Flag


@dataclass(frozen=True)
class Difference:
    label: str
    lines: list[tuple[str, str]]  # ("-", was), ("+", is) or (" ", was and is)


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Difference]:
    """Of a creation, all that is not as a flag begins."""
    was = before if before is not None else _beginning()
    found = [
        Difference(_label(name), _compared(_lines(name, was.get(name)), _lines(name, value)))
        for name, value in after.items()
        if not same(was.get(name), value)
    ]
    return [one for one in found if one.lines]


def _beginning() -> dict[str, Any]:
    blank = {field.attname: field.get_default() for field in Flag._meta.concrete_fields if field.has_default()}
    return {**dict.fromkeys(("environments", "groups", "users", "rules"), []), **blank, "name": ""}


def _label(name: str) -> str:
    if name == "rules":
        return _("rules")
    return str(getattr(Flag._meta.get_field(name.removesuffix("_id")), "verbose_name", name))


def _lines(name: str, value: Any) -> list[str]:
    if name == "rules":
        return [f"{number}. {_rule(rule)}" for number, rule in enumerate(value or (), start=1)]
    if value is None or value in ("", []):
        return []
    return value.splitlines() if isinstance(value, str) else _json(value).splitlines()


def _rule(rule: Mapping[str, Any]) -> str:
    """On one line, without what is as it begins."""
    told = {name: value for name, value in rule.items() if name in RULE_FIELDS and value != _default(name)}
    return _json(told)


def _default(name: str) -> Any:
    field = RULE_FIELDS[name]
    return None if field.default is NOT_PROVIDED and field.null else field.get_default()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _compared(was: list[str], now: list[str]) -> list[tuple[str, str]]:
    return [(line[0], line[2:]) for line in difflib.ndiff(was, now) if line[0] != "?"]
