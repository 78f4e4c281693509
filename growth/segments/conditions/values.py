"""The values within a leaf, each read strictly: `Wrong` names the first fault and where below the leaf it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC
from typing import Any as Json
from zoneinfo import ZoneInfo

from growth.segments.conditions.tree import ONCE, SEEN, Bounds, Period, instant

BIGGEST = 2**53  # numbers up to it are exact in JSON and in a double
MOST_DAYS = 36_500
LONGEST = 200  # characters of one text
MOST_VALUES = 100
FIRST_YEAR, LAST_YEAR = 1971, 9990  # with room for any offset


class Wrong(Exception):
    def __init__(self, code: str, about: str = "", *, below: str = "") -> None:
        super().__init__(code)
        self.code, self.about, self.below = code, about, below


def selection(given: Json, events: Callable[[str], object]) -> str:
    names = text(given)
    if names != SEEN:
        try:
            events(names)
        except ValueError as error:
            raise Wrong("unknown_event", names) from error
    return names


def times(given: dict[str, Json]) -> Bounds:
    """How often: whole numbers, once at least where nothing is said."""
    for name, number in given.items():
        if whole(number, below=f"/{name}") < 0:
            raise Wrong("negative", below=f"/{name}")
    return bounds(given) if given else ONCE


def bounds(given: dict[str, Json]) -> Bounds:
    read = {name: number_of(number, below=f"/{name}") for name, number in given.items()}
    if "exactly" in read:
        if len(read) > 1:
            raise Wrong("exactly_alone", below="/exactly")
        return Bounds(read["exactly"], read["exactly"])
    low, high = read.get("at_least"), read.get("at_most")
    if low is not None and high is not None and low > high:
        raise Wrong("nothing_between", below="/at_most")
    return Bounds(low, high)


def period(given: dict[str, Json]) -> Period:
    read: dict[str, Json] = {}
    for name, value in given.items():
        read[name] = _days(value, f"/{name}") if name.endswith("_days") else _moment(value, f"/{name}")
    within, before = read.get("within_days"), read.get("before_days")
    if within is not None and before is not None and before >= within:
        raise Wrong("nothing_between", below="/before_days")
    found = Period(**read)
    if found.since and found.until and _utc(found.since) >= _utc(found.until):
        raise Wrong("nothing_between", below="/until")
    return found


def filters(given: dict[str, Json]) -> dict[str, Json]:
    """Of `where`, `object` and `value` the arguments of Events."""
    found: dict[str, Json] = {}
    if "where" in given:
        found["where"] = _properties(given["where"])
    if "object" in given:
        found |= _object(given["object"])
    if "value" in given:
        found["value"] = number_of(given["value"], below="/value")
    return found


def texts(given: Json) -> tuple[str, ...]:
    return tuple(text(one, below=below) for one, below in _several(given))


def text(given: Json, *, below: str = "") -> str:
    if not isinstance(given, str):
        raise Wrong("text_expected", below=below)
    if not given or len(given) > LONGEST or "\x00" in given or not given.isprintable():
        raise Wrong("unfit_text", str(LONGEST), below=below)
    return given


def flag(given: Json) -> bool:
    if not isinstance(given, bool):
        raise Wrong("flag_expected")
    return given


def number_of(given: Json, *, below: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise Wrong("number_expected", below=below)
    if abs(given) > BIGGEST:
        raise Wrong("too_big", below=below)
    return given


def whole(given: Json, *, below: str) -> int:
    number = number_of(given, below=below)
    if number != int(number):
        raise Wrong("whole_expected", below=below)
    return int(number)


def _days(given: Json, below: str) -> int:
    days = whole(given, below=below)
    if not 1 <= days <= MOST_DAYS:
        raise Wrong("days_expected", str(MOST_DAYS), below=below)
    return days


def _moment(given: Json, below: str) -> str:
    written = text(given, below=below)
    try:
        at = instant(written, ZoneInfo("UTC"))
    except ValueError as error:
        raise Wrong("date_expected", written, below=below) from error
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Wrong("date_expected", written, below=below)
    return written


def _utc(written: str) -> Json:
    return instant(written, ZoneInfo("UTC")).astimezone(UTC)


def _properties(given: Json) -> tuple[Json, ...]:
    if not isinstance(given, dict) or not given:
        raise Wrong("object_expected", below="/where")
    for name in given:
        if not (isinstance(name, str) and name.isascii() and name.isidentifier()):
            raise Wrong("unfit_property", str(name), below="/where")
    return tuple((name, _property(given[name], f"/where/{name}")) for name in sorted(given))


def _property(given: Json, path: str) -> tuple[Json, ...]:
    return tuple(_scalar(one, path + below) for one, below in _several(given, path))


def _scalar(given: Json, below: str) -> Json:
    if isinstance(given, bool):
        return given
    return text(given, below=below) if isinstance(given, str) else number_of(given, below=below)


def _object(given: Json) -> dict[str, Json]:
    if not isinstance(given, dict) or not {"kind"} <= set(given) <= {"kind", "id"}:
        raise Wrong("object_of_event", below="/object")
    found: dict[str, Json] = {"object_kind": text(given["kind"], below="/object/kind")}
    if "id" in given:
        found["object_id"] = whole(given["id"], below="/object/id")
    return found


def _several(given: Json, path: str = "") -> list[tuple[Json, str]]:
    """One value, or those of a list, each with where it is."""
    if not isinstance(given, list):
        return [(given, "")]
    if not 1 <= len(given) <= MOST_VALUES:
        raise Wrong("empty" if not given else "too_many_values", str(MOST_VALUES), below=path)
    return [(one, f"/{at}") for at, one in enumerate(given)]
