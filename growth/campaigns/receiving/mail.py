"""Reports of mail servers on letters of ours: bounces (RFC 3464) and complaints (RFC 5965). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import Message

from growth.campaigns.receiving.told import Kind, Told, tidy

NOT_OF_THE_ADDRESS = ("5.2.2", "5.2.3", "5.3.4", "5.6.", "5.7.")
"""RFC 3463: its box is full, the letter too large or not to their taste. Another letter may arrive."""
SAID: dict[str, Kind] = {"abuse": "complained", "fraud": "complained", "opt-out": "unsubscribed"}
IDS = re.compile(r"<[^<>\s]+>")
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


def read(raw: bytes, now: datetime) -> list[Told]:
    """What it tells of the letter that it gives back, by its Message-ID; nothing where it is no such report."""
    report = message_from_bytes(raw)
    letter = _letter(report)
    return [
        Told(f"{letter} {what}"[:200], kind, letter, now, tidy(detail))
        for kind, what, detail in [*_fates(report), *_words(report)]
        if letter
    ]


def _letter(report: Message) -> str:
    """The Message-ID of the letter, or of its headers, that came back; else of what the report answers."""
    for part in report.walk():
        given: object = part.get_payload(0) if part.get_content_type() == "message/rfc822" else None
        if part.get_content_type() == "text/rfc822-headers":
            given = message_from_bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]
        if isinstance(given, Message) and (found := IDS.search(_field(given, "Message-ID"))):
            return found[0]
    answered = IDS.findall(f"{_field(report, 'References')} {_field(report, 'In-Reply-To')}")
    return answered[-1] if answered else ""


def _fates(report: Message) -> Iterator[tuple[Kind, str, str]]:
    """Of each recipient that a bounce tells of. A permanent failure is told twice: that it came back, and that the
    address is dead."""
    for fields in _fields(report, "message/delivery-status"):
        found = STATUS.match(_field(fields, "Status"))
        status, detail = (found[0] if found else ""), f"{_field(fields, 'Status')} {_field(fields, 'Diagnostic-Code')}"
        action = _field(fields, "Action").lower()
        if action in ("failed", "delayed"):
            yield "bounced", status, detail
        if action == "failed" and status.startswith("5") and not status.startswith(NOT_OF_THE_ADDRESS):
            yield "dead", status, detail
        if action == "delivered":
            yield "delivered", status, detail


def _words(report: Message) -> Iterator[tuple[Kind, str, str]]:
    for fields in _fields(report, "message/feedback-report"):
        said = _field(fields, "Feedback-Type").lower()
        if said in SAID:
            yield SAID[said], said, f"{said} {_field(fields, 'User-Agent')}"


def _fields(report: Message, kind: str) -> Iterator[Message]:
    for part in report.walk():
        if part.get_content_type() == kind and isinstance(blocks := part.get_payload(), list):
            yield from (block for block in blocks if isinstance(block, Message))


def _field(fields: Message, name: str) -> str:
    return str(fields.get(name, "")).strip()
