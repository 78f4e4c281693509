"""What each receipt does: written once, and what follows from it in the same transaction. Final states stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import OuterRef, Subquery

from community.members.models import Member
from events.record import record
from growth.campaigns.devices import consenting, following, registering
from growth.campaigns.models import Attempt, Channel, Provider, Receipt
from growth.campaigns.receiving.told import Told

SETTLED_AFTER = timedelta(minutes=10)  # attempts have their ids when their round is settled: a lease of a minute


def take(provider: Provider, told: Iterable[Told], now: datetime) -> tuple[int, int]:
    """How many were news, and of these how many are of a message that we know. Each has a transaction of its own: what
    was taken before something broke is a repetition when the provider comes again."""
    news = [receipt for one in told if (receipt := _take(provider, one, now))]
    return len(news), sum(receipt.attempt_id is not None for receipt in news)


def match_waiting(now: datetime) -> int:
    """Receipts that were faster than the row they are of; how many have it now."""
    same = Attempt.objects.filter(provider=OuterRef("provider"), external_id=OuterRef("message"))
    waiting = Receipt.objects.filter(attempt=None, received_at__gt=now - SETTLED_AFTER).exclude(message="")
    found = waiting.annotate(found=Subquery(same.order_by("-pk").values("pk")[:1])).filter(found__isnull=False)
    return sum(_match(pk, attempt) for pk, attempt in found.order_by("pk").values_list("pk", "found"))


@transaction.atomic
def _take(provider: Provider, one: Told, now: datetime) -> Receipt | None:
    message = f"<{one.message.strip('<>')}>" if provider.channel == Channel.EMAIL else one.message
    attempts = Attempt.objects.select_related("delivery__campaign__topic", "delivery__member", "device")
    attempt = attempts.filter(provider=provider, external_id=message).order_by("-pk").first()
    given = {"attempt": attempt, "message": message[:200], "at": min(one.at, now), "received_at": now}
    receipt, is_news = Receipt.objects.get_or_create(
        provider=provider, external_id=one.id, kind=one.kind, defaults={**given, "detail": one.detail}
    )
    if not is_news:
        return None
    _follow(receipt)
    return receipt


@transaction.atomic
def _match(pk: int, attempt: int) -> bool:
    if not Receipt.objects.filter(pk=pk, attempt=None).update(attempt=attempt):
        return False  # another was first
    related = ("attempt__delivery__campaign__topic", "attempt__delivery__member", "attempt__device")
    _follow(Receipt.objects.select_related(*related).get(pk=pk))
    return True


def _follow(receipt: Receipt) -> None:
    attempt = receipt.attempt
    if attempt is None:
        return
    if receipt.kind in following.EVENTS or receipt.kind == Receipt.Kind.DELIVERED:
        at = max(receipt.at, attempt.at)  # whatever a provider's clock says
        following.note(attempt.delivery_id, receipt.kind, channel=attempt.channel, at=at)  # type: ignore[arg-type]
    elif attempt.delivery.member and receipt.kind in OF_MEMBERS:
        OF_MEMBERS[receipt.kind](receipt, attempt, attempt.delivery.member)


def _complained(receipt: Receipt, attempt: Attempt, member: Member) -> None:
    """Of a message that was called spam before it is no news, whoever tells of it."""
    Member.objects.lock([member.pk])
    before = Receipt.objects.filter(attempt__delivery=attempt.delivery_id, kind=receipt.kind).exclude(pk=receipt.pk)
    if not before.exists():
        campaign, about = attempt.delivery.campaign.key, ("delivery", attempt.delivery_id)
        at = max(receipt.at, attempt.at)
        record("complained", unit=member.pk, at=at, object=about, campaign=campaign, channel=attempt.channel)
        _said_no(receipt, attempt, member, source="complaint")


def _said_no(_receipt: Receipt, attempt: Attempt, member: Member, *, source: str) -> None:
    """To the topic by this channel; an event of it is recorded where it is news."""
    topic, channel = attempt.delivery.campaign.topic, attempt.channel
    consenting.say(member, topic=topic, channel=channel, allowed=False, source=source, delivery=attempt.delivery)


def _gone(receipt: Receipt, attempt: Attempt, member: Member) -> None:
    """A device that registered after that is another."""
    if attempt.channel == Channel.EMAIL:
        consenting.silence(member, channel=Channel.EMAIL)
    elif attempt.device and attempt.device.created_at <= receipt.at:
        registering.remove(attempt.device, why="gone")


OF_MEMBERS: dict[str, Callable[[Receipt, Attempt, Member], None]] = {
    Receipt.Kind.COMPLAINED: _complained,
    Receipt.Kind.UNSUBSCRIBED: partial(_said_no, source="provider"),
    Receipt.Kind.DEAD: _gone,
}  # `bounced` is only noted
