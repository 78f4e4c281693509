"""Who is in a segment, counted slowly from the JSON of its definition and docs/metrics.md alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events.names import ACTIVE
from tests.growth.retention.told import Told

HAPPENS_TO = {"answer_received", "comment_received", "vote_received", "accept_received", "badge_earned"}


def holds(definition: Any, person: int, history: Sequence[Told], known: Mapping[str, Any], as_of: datetime) -> bool:
    """`history`: all events before as_of; `known`: the attributes of this person, without what is not known."""
    if "all" in definition:
        return all(holds(inner, person, history, known, as_of) for inner in definition["all"])
    if "any" in definition:
        return any(holds(inner, person, history, known, as_of) for inner in definition["any"])
    if "not" in definition:
        return not holds(definition["not"], person, history, known, as_of)
    if "attribute" in definition:
        return definition["attribute"] in known and _fits(definition, known[definition["attribute"]], as_of)
    times = sorted(one.at for one in history if one.person == person and _meant(definition, one))
    if "first" in definition:
        return bool(times) and _within(definition, times[0], as_of)
    if "last" in definition:
        return bool(times) and _within(definition, times[-1], as_of)
    number = sum(_within(definition, at, as_of) for at in times)
    bounds = {name: definition[name] for name in ("at_least", "at_most", "exactly") if name in definition}
    return _between(bounds or {"at_least": 1}, number)


def _meant(definition: Any, one: Told) -> bool:
    names = next(definition[head] for head in ("event", "first", "last") if head in definition)
    if names == "seen":
        if one.name in HAPPENS_TO:
            return False
    elif one.name not in {name for part in names.split("|") for name in (ACTIVE if part == "active" else [part])}:
        return False
    for name, wanted in definition.get("where", {}).items():
        if one.properties.get(name, object()) not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    if "object" in definition and ("topic", one.about) != (definition["object"]["kind"], definition["object"]["id"]):
        return False
    return "value" not in definition or one.value == definition["value"]


def _fits(definition: Any, value: Any, as_of: datetime) -> bool:
    if "is" in definition:
        return value in (definition["is"] if isinstance(definition["is"], list) else [definition["is"]])
    if isinstance(value, datetime):
        return _within(definition, value, as_of)
    return _between(definition, value)


def _between(bounds: Any, number: float) -> bool:
    if "exactly" in bounds:
        return number == bounds["exactly"]
    return bounds.get("at_least", number) <= number <= bounds.get("at_most", number)


def _within(definition: Any, at: datetime, as_of: datetime) -> bool:
    ago = as_of - at
    if "within_days" in definition and ago > timedelta(days=definition["within_days"]):
        return False
    if "before_days" in definition and ago <= timedelta(days=definition["before_days"]):
        return False
    if "since" in definition and at < _moment(definition["since"]):
        return False
    return "until" not in definition or at < _moment(definition["until"])


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo("UTC"))
