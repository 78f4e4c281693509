"""Letters that came back, or are complained of, found again by the Message-ID that only their readers know."""

from __future__ import annotations

from datetime import datetime

from growth.campaigns.channels import letters
from growth.campaigns.models import Attempt, Channel
from growth.campaigns.receiving import mail, normalising

MOST_BYTES = 1024 * 1024  # what comes behind is the letter's own text


class NotYet(Exception):
    """It is of a letter of ours whose sending is not written down yet."""


def take(raw: bytes, now: datetime) -> int:
    """Of a report, by whichever way it came: how many receipts were news. Raises NotYet."""
    return sum(_take(one, now) for one in mail.read(raw[:MOST_BYTES], now) if letters.is_ours(one.message))


def _take(one: mail.Told, now: datetime) -> int:
    sent = Attempt.objects.filter(channel=Channel.EMAIL, external_id=one.message).select_related("provider")
    attempt = sent.order_by("-pk").first()
    if attempt is None or attempt.provider is None:
        raise NotYet(one.message)
    taken, _known = normalising.take(attempt.provider, [one], now)
    return taken
