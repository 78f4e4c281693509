"""What is out of order in an answer. Pure; the page states these limits, and `worded` (wording.py) says what is found.

Each finding is {"what": …} with its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ENOUGH = 100  # of fewer, no share is judged
REFUSED = 0.01  # of what a source sent
DUPLICATE = 0.05
LATE = 0.05  # of what was written, more than a day after the act
PAGES = (0.6, 1.2)  # page views that browsers sent, to pages that the server has shown, on the last day that is over
SEALED = 900  # seconds since all that waited was sealed, as /healthz judges it
FILLED = 900  # seconds since a derived table was filled, while events of the lake are not in it

LIVE = ("beacon", "api")  # sources; an import tells of what it skips at once, where it is run

Row = Mapping[str, Any]
Finding = dict[str, Any]


def findings(answer: Row) -> list[Finding]:
    found = [_volume(answer["volume"]), _intake(answer["intake"]), _pages(answer["pages"])]
    return [one for part in [*found, _lake(answer["lake"]), _tables(answer["tables"])] for one in part]


def judged(volume: Sequence[Row]) -> list[Row]:
    """The events with a band on the last day."""
    return [event for event in volume if event["days"][-1]["state"] != "no_band"]


def sent(source: Row) -> int:
    return source["written"] + source["refused"] + source["duplicate"]


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def refused(intake: Sequence[Row]) -> float | None:
    """The share of what live sources sent; None where they sent nothing."""
    live = [source for source in intake if source["source"] in LIVE]
    return share(sum(source["refused"] for source in live), sum(map(sent, live)))


def _volume(volume: Sequence[Row]) -> Iterator[Finding]:
    for event in judged(volume):
        last = event["days"][-1]
        if last["state"] != "within":
            yield {"what": last["state"], "name": event["name"]} | {key: last[key] for key in ("day", "count", *_BAND)}


_BAND = ("low", "high")


def _intake(intake: Sequence[Row]) -> Iterator[Finding]:
    for source in intake:
        if source["source"] in LIVE:
            late = source["late_1d"] + source["late_7d"]
            yield from _over("refused", source, source["refused"], sent(source), REFUSED)
            yield from _over("duplicate", source, source["duplicate"], sent(source), DUPLICATE)
            yield from _over("late", source, late, source["written"], LATE)


def _over(what: str, source: Row, part: int, whole: int, limit: float) -> Iterator[Finding]:
    if whole >= ENOUGH and part / whole > limit:
        yield {"what": what, "source": source["source"], "share": part / whole, "limit": limit}


def _pages(days: Sequence[Row]) -> Iterator[Finding]:
    over = [day for day in days if day["state"] == "complete"]
    if over and over[-1]["server"] >= ENOUGH:
        found = over[-1]["beacon"] / over[-1]["server"]
        if not PAGES[0] <= found <= PAGES[1]:
            yield {"what": "pages", "day": over[-1]["day"], "share": found, "low": PAGES[0], "high": PAGES[1]}


def _lake(lake: Row) -> Iterator[Finding]:
    if lake["lag"] is None:
        if lake["waiting"]:
            yield {"what": "never_sealed", "waiting": lake["waiting"]}
    elif lake["lag"] > SEALED:
        yield {"what": "sealing", "lag": lake["lag"], "waiting": lake["waiting"]}


def _tables(tables: Sequence[Row]) -> Iterator[Finding]:
    for table in tables:
        if table["behind"] and (table["age"] is None or table["age"] > FILLED):
            yield {"what": "behind", "table": table["table"], "behind": table["behind"]}
